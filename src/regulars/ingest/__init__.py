"""Source → conform → check → lake: whatever comes in is kept, or its row says why not."""
