"""Mail: from an event to a message, and from a message to a transport."""
