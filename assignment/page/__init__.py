"""What a page that is one file needs: the policy that a browser holds it to, and Chinese glyphs from our own font."""
