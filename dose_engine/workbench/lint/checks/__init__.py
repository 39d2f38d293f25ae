"""One module a check. See `registry` for how they are found, and `finding` for what they say."""
