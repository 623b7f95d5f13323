"""Models compared on customers they have not seen: split, judged, one chosen, watched afterwards."""
