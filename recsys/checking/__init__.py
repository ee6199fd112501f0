"""What a build would read of a shop, and what its data can support: before anything is fitted."""
