"""What a user can set: where the project and the database are, and which values are legal."""
