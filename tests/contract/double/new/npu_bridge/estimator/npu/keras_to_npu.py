"""Models of Keras as Estimators."""

from npu_bridge.common.hooks import model_to_npu_estimator  # noqa: F401
