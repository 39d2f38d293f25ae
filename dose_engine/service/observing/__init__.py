"""Metrics and logs. Neither ever holds what a request said: no body, path, query, header or exception message."""
