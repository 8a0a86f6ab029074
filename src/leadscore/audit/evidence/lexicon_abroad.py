"""The same words in German, Spanish, French, Portuguese, Italian and Dutch, without accents.

Where a word is ordinary in another sense, as the Spanish `estado` of an address or a marriage, it
is here only beside another that settles it.
"""

__all__ = ["ORDINARY", "OUTCOME", "SELLER", "STATE"]

#: "of", "of the" between the words of a Romance name.
_OF = r"(d |de |del |da |do |di |della |du |des |no |na |la |le |el |l )*"
_DATED = r"(fecha|data|date)"
_WORTH = r"(importe|monto|valor|montant|importo|valore)"
_WHY = r"(motivos?|motifs?|razon|raison|causa|cause)"
_CLOSED = (
    r"(cierre|venta|ventas|contrato|firma|conversion|ganado|ganada|perdido|perdida|rechazo|"
    r"cancelacion|cloture|signature|vente|resiliation|gain|perte|refus|annulation|fechamento|"
    r"venda|assinatura|conversao|cancelamento|ganho|perda|recusa|chiusura|vendita|conversione|"
    r"contratto|rifiuto|annullamento|descarte)"
)
_CASE = (
    r"(lead|leads|prospect|oportunidad|negocio|negociacion|venta|opportunite|affaire|vente|"
    r"oportunidade|venda|negociacao|opportunita|trattativa|vendita|funil|embudo)"
)

#: Columns that say how it ended.
OUTCOME = (
    rf"\b{_DATED} {_OF}{_CLOSED}\b",
    rf"\b{_WORTH} {_OF}({_CLOSED}|signe|vendu|vendido|fechado|facturado)\b",
    rf"\b{_WHY} {_OF}{_CLOSED}\b",
    rf"\b(estado|statut|stato|status|etapa|etape|estagio|fase|fase attuale|esito) {_OF}{_CASE}\b",
    r"^(statut|resultado|resultat|ergebnis|esito|uitkomst)$",
    r"\b(factura|facture|fattura|fatura|factuur|comision|comissao|provisionen|provvigione)\b",
    r"\b(esito|resultado|resultat|ergebnis) (chiamata|llamada|appel|anruf|della chiamata|"
    r"de la llamada|de l appel|des anrufs)\b",
    r"\b(abschluss|verkaufs?|vertrags?|auftrags?|kauf|storno|kundigungs?|gewinn)(datum|wert|summe|"
    r"nummer|nr|beginn|grund|eingang)\b",
    r"\b(verlust|absage|ablehnungs?|storno|kundigungs?)grund\b|\brechnungs?(nummer|nr|datum|"
    r"betrag)\b|\b(gewonnen|verloren|abgeschlossen|verkauft) am\b",
    r"\b(abschluss|gewinn)?wahrscheinlichkeit\b|^(probabilidad|probabilite|probabilidade|"
    r"probabilita)$|\b(verkaufs|vertriebs|lead)(phase|status|stufe)\b",
    r"\b(sluitings|verkoop|contract|opzeg)datum\b|\b(verlies|afwijzings|opzeg)reden\b|"
    r"\breden (van )?(verlies|afwijzing|opzegging)\b",
)
#: What the seller thought or did.
SELLER = (
    r"\b(bemerkung|bemerkungen|notiz|notizen|kommentar|kommentare|observaciones|comentarios|"
    r"commentaire|commentaires|remarques|observacoes|opmerkingen)\b",
    r"\b(anzahl|zahl) (der )?(kontakte|anrufe|versuche|kontaktversuche|telefonate|termine)\b",
    rf"\b(numero|num|nombre|nb|n|cantidad|quantidade) {_OF}(llamadas|contactos|intentos|relances|"
    r"appels|contacts|tentatives|ligacoes|contatos|tentativas|chiamate|contatti|tentativi)\b",
    r"\b(leadqualitat|leadbewertung|etiqueta|etiquetas|etiquette)\b|"
    r"\b(calidad|qualite|qualidade|qualita) (del |du |do )?(lead|prospect)\b",
    r"\b(angebot|offerte) (erstellt|verschickt|gesendet)\b|\bdevis (envoye|signe)\b|"
    r"\b(propuesta|presupuesto|proposta|orcamento|preventivo) (enviad[oa]|inviat[oa])\b",
)
#: How things stand when the file is written.
STATE = (
    r"\b(letzter?|letztes|letzte|zuletzt) (kontakt|aktivitat|anruf|anderung|besuch|login|"
    r"bearbeitung|kontaktiert|geandert)\b|\bgeandert (am|von)\b|\banderungsdatum\b",
    r"\bnachste[rs]? (aktivitat|aufgabe|schritt|anruf|termin)\b",
    rf"\b(ultim[oa]|dernier|derniere) {_OF}(contacto|actividad|llamada|gestion|modificacion|"
    r"contact|activite|appel|relance|modification|visite|connexion|contato|atividade|ligacao|"
    r"modificacao|contatto|attivita|chiamata|modifica)\b",
    rf"\b{_DATED} {_OF}(ultim[oa] |derniere )?(modificacion|actualizacion|modification|mise a jour|"
    r"modificacao|atualizacao|modifica|aggiornamento)\b|\bmodifie le\b",
    r"\b(proxim[oa]|prochaine?|prossim[oa]) (actividad|accion|llamada|contacto|activite|action|"
    r"appel|relance|etape|atividade|acao|contato|attivita|azione|chiamata)\b",
    r"\blaatste (contact|activiteit|wijziging|gesprek)\b|\bgewijzigd op\b",
)

#: What was so before, or says how somebody lives.
ORDINARY = (
    r"\b(civil|conyugal|matrimonial|familial|familiale|familienstand|laboral|emploi|logement|"
    r"vivienda|anterior|anteriores|previo|previa|precedente?|vorher|vorherige[rs]?|fruhere?[rs]?)\b"
)
