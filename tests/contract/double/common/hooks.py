"""The hooks and callbacks of the Estimator and of Keras, by name and signature."""

from . import absent

NPUCheckpointSaverHook = absent.a_class(
    "NPUCheckpointSaverHook",
    """checkpoint_dir, save_secs=None, save_steps=None, saver=None, checkpoint_basename="model.ckpt", scaffold=None,
    listeners=None""",
)
NPUOutputTensorHook = absent.a_class(
    "NPUOutputTensorHook", "tensors, dependencies=None, output_fn=None, output_every_n_steps=0"
)
NPUBroadcastGlobalVariablesHook = absent.a_class("NPUBroadcastGlobalVariablesHook", "root_rank=None, index=None")
SetIterationsVarHook = absent.a_class("SetIterationsVarHook", "iterations_per_loop=None")
TellMeStepOrLossHook = absent.a_class("TellMeStepOrLossHook", "step=None, total_step=None, loss=None, final_loss=None")
NPUBroadcastGlobalVariablesCallback = absent.a_class("NPUBroadcastGlobalVariablesCallback", "root_rank")
NPUEstimator = absent.a_class(
    "NPUEstimator",
    'model_fn=None, model_dir=None, config=None, params=None, job_start_file="", warm_start_from=None',
)
NPUEstimatorSpec = absent.a_class(
    "NPUEstimatorSpec",
    """mode, predictions=None, loss=None, train_op=None, eval_metric_ops=None, export_outputs=None,
    training_chief_hooks=None, training_hooks=None, scaffold=None, evaluation_hooks=None, prediction_hooks=None,
    host_call=None""",
)
model_to_npu_estimator = absent.function(
    "model_to_npu_estimator",
    """keras_model=None, keras_model_path=None, custom_objects=None, model_dir=None, checkpoint_format="saver",
    config=None, job_start_file="" """,
)
NPUStrategy = absent.a_class("NPUStrategy", 'device="/cpu:0"')
