"""Libraries with a model of their own, which learned from the same leads."""

from importlib import import_module

from leadscore.flows.bench.peers.peer import Asked, Peer, matrix_ways
from leadscore.flows.bench.scene import Scene, Singles
from leadscore.flows.bench.timing import Way

__all__ = ["CATBOOST", "EBM"]


def _catboost(scene: Scene) -> tuple[Way, ...]:
    catboost = import_module("catboost")
    # as many trees as the specified model has, as deep, at the same rate
    model = catboost.CatBoostClassifier(
        iterations=300,
        depth=6,
        learning_rate=0.05,
        random_seed=42,
        thread_count=1,
        verbose=0,
        allow_writing_files=False,
    ).fit(scene.learned, scene.labels)
    return matrix_ways(
        scene.plain,
        Asked(
            key="catboost",
            name="catboost",
            call=lambda x: model.predict_proba(x, thread_count=1),
        ),
        Asked(
            key="catboost explained",
            name="catboost ShapValues",
            call=lambda x: model.get_feature_importance(
                catboost.Pool(x), type="ShapValues", thread_count=1
            ),
            why=True,
            slow=True,
        ),
    )


def _ebm(scene: Scene) -> tuple[Way, ...]:
    glassbox = import_module("interpret.glassbox")
    model = glassbox.ExplainableBoostingClassifier(random_state=42, n_jobs=-1)
    model.fit(scene.learned, scene.labels)

    def explained(x: Singles) -> object:
        return model.predict_proba(x), model.eval_terms(x)

    return matrix_ways(
        scene.plain,
        Asked(key="EBM", name="EBM", call=model.predict_proba),
        Asked(key="EBM explained", name="EBM with its terms", call=explained, why=True),
        Asked(
            key="EBM explain_local",
            name="EBM explain_local",
            call=model.explain_local,
            why=True,
            slow=True,
        ),
    )


CATBOOST = Peer(name="catboost", setup=_catboost, needs=("catboost",))
EBM = Peer(name="EBM", setup=_ebm, needs=("interpret-core",))
