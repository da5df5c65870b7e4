"""The Estimator."""

from npu_bridge.common.hooks import NPUEstimator, NPUEstimatorSpec  # noqa: F401
