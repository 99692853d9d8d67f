"""Files about matters: the hotline's tickets, topics, answers of departments."""
