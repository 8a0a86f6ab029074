"""Every peer that the bench knows."""

from leadscore.flows.bench.peers.converted import DAAL, ONNX
from leadscore.flows.bench.peers.own import CATBOOST, EBM
from leadscore.flows.bench.peers.specified import SHAP, USUAL, XGBOOST

__all__ = ["PEERS"]

#: In the order of the tables.
PEERS = (USUAL, XGBOOST, ONNX, DAAL, CATBOOST, EBM, SHAP)
