"""Products as short dense vectors: latent semantic analysis, or a sentence-embedding model."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from scipy import sparse

from recsys.errors import InvalidParameterError, MissingDependencyError
from recsys.text.tokens import clean_text

Vectors = NDArray[np.float32]
"""(products, dimensions), rows of length 1, or 0 without text."""


def latent_vectors(rows: sparse.csr_array, n_components: int, random_state: int) -> Vectors:
    """Return the truncated SVD of TF-IDF rows, at length 1: latent semantic analysis.

    Source: Deerwester, Dumais, Furnas, Landauer and Harshman, *Indexing by latent semantic
    analysis* (1990); scikit-learn's randomised TruncatedSVD.
    """
    from sklearn.decomposition import TruncatedSVD  # noqa: PLC0415 - takes long to import

    dimensions = min(n_components, min(rows.shape) - 1)
    if dimensions < 1:  # nothing to reduce
        return np.asarray(rows.toarray(), np.float32)
    found = TruncatedSVD(dimensions, random_state=random_state).fit_transform(rows)
    return _unit(found, np.diff(rows.indptr) > 0)


def sentence_embeddings(columns: Mapping[str, pa.ChunkedArray], model_folder: str) -> Vectors:
    """Return what a sentence-transformers model makes of each product's fields, joined by commas.

    The model is read from the folder; nothing is downloaded.

    Raises
    ------
    MissingDependencyError
        sentence-transformers isn't installed.
    InvalidParameterError
        The folder doesn't hold a model.

    """
    try:
        from sentence_transformers import SentenceTransformer  # noqa: PLC0415
    except ImportError as error:
        raise MissingDependencyError(
            f"sentence embeddings need sentence-transformers ({error}); install it: "
            "pip install 'recsys[embeddings]', or use vectors='lsa'"
        ) from error
    if not (Path(model_folder) / "modules.json").is_file():
        raise InvalidParameterError(
            f"embedding_model is '{model_folder}', and there is no modules.json in that folder; "
            "name the folder of a sentence-transformers model, as its `save` writes it"
        )
    model = SentenceTransformer(model_folder, device="cpu", local_files_only=True)
    texts = [
        ", ".join(clean_text(value) for value in values if value)
        for values in zip(*(column.to_pylist() for column in columns.values()), strict=True)
    ]
    distinct = sorted(set(texts))
    place = {text: number for number, text in enumerate(distinct)}
    found = np.asarray(model.encode(distinct, batch_size=64, show_progress_bar=False))
    has_text = np.array([bool(text.strip()) for text in texts], bool)
    return _unit(found[[place[text] for text in texts]], has_text)


def _unit(rows: NDArray[np.floating], is_kept: NDArray[np.bool_]) -> Vectors:
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    lengths[lengths == 0] = 1
    return np.where(is_kept[:, None], rows / lengths, 0).astype(np.float32)
