"""Keeps Surprise from making a folder in the home directory, which it does when it's imported.

The folder is for data sets that Surprise can download; this package downloads none. Where the home
directory can't be written to, importing Surprise would fail. To be imported before Surprise is.
"""

import os
import tempfile

os.environ.setdefault("SURPRISE_DATA_FOLDER", tempfile.gettempdir())  # is there: nothing is made
