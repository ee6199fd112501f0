"""A build from its start to the published database."""
