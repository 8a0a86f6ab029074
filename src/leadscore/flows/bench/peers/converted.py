"""The specified model, converted for libraries that run trees faster than XGBoost does."""

from importlib import import_module

from leadscore.flows.bench.peers.peer import Asked, Peer, matrix_ways
from leadscore.flows.bench.scene import Scene
from leadscore.flows.bench.timing import Way

__all__ = ["DAAL", "ONNX"]


def _onnx(scene: Scene) -> tuple[Way, ...]:
    onnxruntime = import_module("onnxruntime")
    convert = import_module("onnxmltools.convert")
    kinds = import_module("onnxmltools.convert.common.data_types")
    shape = kinds.FloatTensorType([None, scene.scaled.shape[1]])
    model = convert.convert_xgboost(scene.usual.classifier, initial_types=[("x", shape)])
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    session = onnxruntime.InferenceSession(
        model.SerializeToString(), options, providers=["CPUExecutionProvider"]
    )
    told = [session.get_outputs()[1].name]
    return matrix_ways(
        scene.scaled,
        Asked(key="onnxruntime", name="onnxruntime", call=lambda x: session.run(told, {"x": x})),
    )


def _daal(scene: Scene) -> tuple[Way, ...]:
    daal4py = import_module("daal4py")
    daal4py.daalinit(1)
    model = import_module("daal4py.mb").convert_model(scene.usual.classifier.get_booster())
    return matrix_ways(scene.scaled, Asked(key="daal4py", name="daal4py", call=model.predict_proba))


ONNX = Peer(name="onnxruntime", setup=_onnx, needs=("onnxruntime", "onnxmltools"))
DAAL = Peer(name="daal4py", setup=_daal, needs=("scikit-learn-intelex",))
