"""Who may call the service: API keys, tokens of CDS clients, their replay, and how often. Nothing here knows HTTP, and nothing fetches."""
