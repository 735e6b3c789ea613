"""Work of the relay that no client asks for."""
