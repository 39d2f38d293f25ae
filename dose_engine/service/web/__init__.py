"""What every route shares: problem details, request ids, security headers, limits on bodies and time, threads that work answers out."""
