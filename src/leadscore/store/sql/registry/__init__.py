"""Models by digest, and which of them was the champion when."""
