"""Are groups of people treated alike? Protected fields, judged and not scored."""
