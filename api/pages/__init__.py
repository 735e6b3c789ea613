"""Small server-rendered pages that finish what a mailed link starts."""
