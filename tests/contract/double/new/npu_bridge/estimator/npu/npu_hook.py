"""Hooks of the Estimator."""

from npu_bridge.common.hooks import (  # noqa: F401
    NPUBroadcastGlobalVariablesHook,
    NPUCheckpointSaverHook,
    NPUOutputTensorHook,
    SetIterationsVarHook,
    TellMeStepOrLossHook,
)
