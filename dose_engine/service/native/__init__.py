"""The native API: advisories from cases, and the rulebook as JSON."""
