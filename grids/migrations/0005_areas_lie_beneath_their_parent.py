"""A path continues that of the parent: grids lie under a village, by constraint.

The column is generated and unknown to Django; the key over (parent, its path) makes sure that
``parent_id`` and ``path`` name the same parent, whose level follows from the path's length.
"""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("grids", "0004_history_compares_bytes")]

    operations = [
        migrations.RunSQL(
            """
            ALTER TABLE grids_area
                ADD COLUMN parent_path varchar(40) COLLATE "C"
                    GENERATED ALWAYS AS (nullif(left(path, length(path) - 4), '')) STORED,
                ADD CONSTRAINT area_id_and_path UNIQUE (id, path);
            ALTER TABLE grids_area
                ADD CONSTRAINT area_beneath_parent FOREIGN KEY (parent_id, parent_path)
                    REFERENCES grids_area (id, path) DEFERRABLE INITIALLY DEFERRED;
            """,
            """
            ALTER TABLE grids_area
                DROP CONSTRAINT area_beneath_parent,
                DROP CONSTRAINT area_id_and_path,
                DROP COLUMN parent_path;
            """,
        )
    ]
