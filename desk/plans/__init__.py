"""Drafts of who could be whose contact: ordered, looked through on map and list, put into force."""
