"""One pattern for the tables of the office: households, people, posts, areas, matters."""
