"""The attention explorer: a widget for notebooks and a page that needs no server, drawn by the same script.

look.py       what a BERT does with one text: attention of every head, words predicted where words are masked
explorer.py   Explorer, the widget; Python answers
page.py       one HTML file; the answers for no, one and two masked words are in it
"""
