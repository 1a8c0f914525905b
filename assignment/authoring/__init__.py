"""How an author brings pictures, masks, models and texts into a course's folder: never given to students."""
