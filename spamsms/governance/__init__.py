"""What scores are for: examining one's own messages before sending, triage of complaints after."""
