"""Static character tables and the script that generates them."""
