"""The specified model as others run it: in a frame, by XGBoost alone, with SHAP."""

from importlib import import_module

from leadscore.flows.bench.ours import next_of
from leadscore.flows.bench.peers.peer import Asked, Peer, matrix_ways
from leadscore.flows.bench.scene import Scene
from leadscore.flows.bench.timing import Way

__all__ = ["SHAP", "USUAL", "XGBOOST"]


def _usual(scene: Scene) -> tuple[Way, ...]:
    usual, records = scene.usual, scene.engines.records
    return (
        Way(
            key="usual",
            name="the usual way",
            part="one",
            explained=False,
            leads=1,
            call=next_of(records, usual.one),
        ),
        Way(
            key="usual + pred_contribs",
            name="the usual way and pred_contribs",
            part="one",
            explained=True,
            leads=1,
            call=next_of(records, usual.explained),
        ),
    )


def _xgboost(scene: Scene) -> tuple[Way, ...]:
    import xgboost  # noqa: PLC0415 -- a second to import

    classifier = scene.usual.classifier
    booster = classifier.get_booster()
    return matrix_ways(
        scene.scaled,
        Asked(key="predict_proba", name="xgboost predict_proba", call=classifier.predict_proba),
        Asked(key="inplace_predict", name="xgboost inplace_predict", call=booster.inplace_predict),
        Asked(
            key="DMatrix predict",
            name="xgboost DMatrix and predict",
            call=lambda x: booster.predict(xgboost.DMatrix(x, nthread=1)),
        ),
        Asked(
            key="pred_contribs",
            name="xgboost pred_contribs",
            call=scene.usual.contributions,
            why=True,
            slow=True,
        ),
    )


def _shap(scene: Scene) -> tuple[Way, ...]:
    explainer = import_module("shap").TreeExplainer(scene.usual.classifier)
    return matrix_ways(
        scene.scaled,
        Asked(
            key="shap",
            name="shap TreeExplainer",
            call=explainer.shap_values,
            why=True,
            slow=True,
        ),
    )


USUAL = Peer(name="the usual way", setup=_usual)
XGBOOST = Peer(name="xgboost", setup=_xgboost)
SHAP = Peer(name="shap TreeExplainer", setup=_shap, needs=("shap",))
