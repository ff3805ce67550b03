"""What an environment file may say: a module a part of the file."""
