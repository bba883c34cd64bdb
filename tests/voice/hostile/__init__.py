"""A network that means harm: what it sends, and a telephone to send it to that lives in a process of its own."""
