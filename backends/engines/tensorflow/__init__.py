"""TensorFlow graph code, unchanged on 1.15 and 2.x: the only room that imports TensorFlow."""
