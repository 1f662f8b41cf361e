/* SPDX-License-Identifier: MIT */
/* Headers and words that speak of the outcome. A header that can mean nothing else decides by itself; of others the data must agree (leak.c). */
#include "base/text.h"
#include "model/leak.h"
#include "trait/family.h"

struct name {
    const char *words; /* as in a synonym: all of them stand in the header; '=' = and no others */
    uint8_t hint;
};
#define OUTCOME ICP__HINT_OUTCOME
#define STATE ICP__HINT_STATE
#define PROCESS ICP__HINT_PROCESS
static const struct name names[] = {
    /* became a customer */
    {"converted", OUTCOME}, {"conversion", STATE}, {"is converted", OUTCOME}, {"is customer", OUTCOME}, {"=customer", OUTCOME},
    {"customer flag", OUTCOME}, {"customer status", OUTCOME}, {"customer since", OUTCOME}, {"customer date", OUTCOME}, {"became customer", OUTCOME},
    {"client since", OUTCOME}, {"is client", OUTCOME}, {"=client", OUTCOME}, {"client status", OUTCOME}, {"closed won", OUTCOME},
    {"is won", OUTCOME}, {"=won", OUTCOME}, {"won lost", OUTCOME}, {"win loss", OUTCOME}, {"won date", OUTCOME}, {"won deals", OUTCOME},
    {"closed won date", OUTCOME}, {"purchased", OUTCOME}, {"purchase date", OUTCOME}, {"first purchase", OUTCOME}, {"has bought", OUTCOME},
    {"bought", OUTCOME}, {"buyer flag", OUTCOME}, {"is buyer", OUTCOME}, {"is paying", OUTCOME}, {"paying customer", OUTCOME}, {"first order", OUTCOME},
    {"first deal closed", OUTCOME}, {"recent deal closed", OUTCOME}, {"days to close", OUTCOME}, {"closed lost", OUTCOME}, {"lost reason", OUTCOME},
    {"loss reason", OUTCOME}, {"win reason", OUTCOME}, {"won reason", OUTCOME}, {"signed", STATE}, {"contract signed", OUTCOME}, {"subscribed", STATE},
    {"is member", OUTCOME}, {"member since", OUTCOME}, {"existing customer", OUTCOME}, {"former customer", OUTCOME}, {"activated", STATE},
    {"won opportunities", OUTCOME}, {"new customer", OUTCOME},
    /* stayed */
    {"churn", OUTCOME}, {"churned", OUTCOME}, {"churn date", OUTCOME}, {"churn flag", OUTCOME}, {"churn reason", OUTCOME}, {"attrition", OUTCOME},
    {"retained", OUTCOME}, {"cancelled", OUTCOME}, {"canceled", OUTCOME}, {"cancellation date", OUTCOME}, {"cancel date", OUTCOME}, {"renewed", OUTCOME},
    {"exited", STATE},
    /* German, French, Spanish, Italian, Portuguese, Dutch, Polish, Swedish */
    {"kunde seit", OUTCOME}, {"=kunde", OUTCOME}, {"ist kunde", OUTCOME}, {"kundenstatus", OUTCOME}, {"gewonnen", OUTCOME}, {"verloren", OUTCOME},
    {"abgeschlossen", OUTCOME}, {"auftrag erteilt", OUTCOME}, {"erstkauf", OUTCOME}, {"kaufdatum", OUTCOME}, {"gek\xC3\xBCndigt", OUTCOME},
    {"k\xC3\xBCndigung", OUTCOME}, {"k\xC3\xBCndigungsdatum", OUTCOME}, {"vertragsabschluss", OUTCOME}, {"bestandskunde", OUTCOME},
    {"client depuis", OUTCOME}, {"est client", OUTCOME}, {"gagn\xC3\xA9", OUTCOME}, {"perdu", OUTCOME}, {"converti", OUTCOME}, {"date d achat", OUTCOME},
    {"premier achat", OUTCOME}, {"r\xC3\xA9sili\xC3\xA9", OUTCOME}, {"r\xC3\xA9siliation", OUTCOME}, {"cliente desde", OUTCOME}, {"es cliente", OUTCOME},
    {"=cliente", OUTCOME}, {"ganado", OUTCOME}, {"ganada", OUTCOME}, {"perdida", OUTCOME}, {"perdido", OUTCOME}, {"convertido", OUTCOME},
    {"fecha de compra", OUTCOME}, {"primera compra", OUTCOME}, {"baja cliente", OUTCOME}, {"fecha de baja", OUTCOME}, {"cliente dal", OUTCOME},
    {"vinto", OUTCOME}, {"vinta", OUTCOME}, {"perso", OUTCOME}, {"data acquisto", OUTCOME}, {"disdetta", OUTCOME}, {"ganho", OUTCOME},
    {"data da compra", OUTCOME}, {"cancelado", OUTCOME}, {"klant sinds", OUTCOME}, {"is klant", OUTCOME}, {"opgezegd", OUTCOME},
    {"klient od", OUTCOME}, {"wygrana", OUTCOME}, {"kund sedan", OUTCOME}, {"vunnen", OUTCOME},
    /* may be the outcome */
    {"=y", STATE}, {"=label", STATE}, {"=target", STATE}, {"=class", STATE}, {"outcome", STATE}, {"=result", STATE}, {"=response", STATE},
    {"=status", STATE}, {"account status", STATE}, {"company status", STATE}, {"lead status", STATE}, {"deal status", STATE}, {"deal stage", STATE},
    {"opportunity stage", STATE}, {"sales stage", STATE}, {"pipeline stage", STATE}, {"lifecycle stage", STATE}, {"life cycle stage", STATE},
    {"account type", STATE}, {"=type", STATE}, {"record type", STATE}, {"relationship", STATE}, {"relationship type", STATE}, {"customer type", STATE},
    {"closed", STATE}, {"close date", STATE}, {"closed at", STATE}, {"close reason", STATE}, {"exit status", STATE}, {"acquisition status", STATE},
    {"acquired", STATE}, {"acquirer", STATE}, {"=active", STATE}, {"is active", STATE}, {"ergebnis", STATE}, {"zustand", STATE},
    {"lebenszyklus", STATE}, {"statut", STATE}, {"r\xC3\xA9sultat", STATE}, {"\xC3\xA9tape", STATE}, {"estado cliente", STATE},
    {"resultado", STATE}, {"etapa", STATE}, {"esito", STATE}, {"stato", STATE}, {"situa\xC3\xA7\xC3\xA3o", STATE}, {"=duration", STATE},
    {"call duration", STATE}, {"=sold", STATE}, {"probability", STATE}, {"win probability", STATE}, {"forecast category", STATE},
    /* known once a company is a customer */
    {"contract", PROCESS}, {"vertrag", PROCESS}, {"contrat", PROCESS}, {"contrato", PROCESS}, {"contratto", PROCESS}, {"renewal", PROCESS},
    {"renew", PROCESS}, {"verl\xC3\xA4ngerung", PROCESS}, {"renouvellement", PROCESS}, {"renovaci\xC3\xB3n", PROCESS}, {"=arr", PROCESS},
    {"=mrr", PROCESS}, {"=acv", PROCESS}, {"=tcv", PROCESS}, {"=ltv", PROCESS}, {"lifetime value", PROCESS}, {"customer value", PROCESS},
    {"seats", PROCESS}, {"licenses", PROCESS}, {"licences", PROCESS}, {"number of users", PROCESS}, {"user count", PROCESS},
    {"subscription", PROCESS}, {"abonnement", PROCESS}, {"suscripci\xC3\xB3n", PROCESS}, {"invoice", PROCESS}, {"rechnung", PROCESS}, {"facture", PROCESS},
    {"factura", PROCESS}, {"billing", PROCESS}, {"payment", PROCESS}, {"zahlung", PROCESS}, {"paiement", PROCESS}, {"pago", PROCESS},
    {"order count", PROCESS}, {"orders", PROCESS}, {"bestellung", PROCESS}, {"commande", PROCESS}, {"pedido", PROCESS}, {"onboarding", PROCESS},
    {"onboarded", PROCESS}, {"go live", PROCESS}, {"health score", PROCESS}, {"=nps", PROCESS}, {"=csat", PROCESS}, {"tickets", PROCESS},
    {"support tickets", PROCESS}, {"logins", PROCESS}, {"last login", PROCESS}, {"usage", PROCESS}, {"customer success", PROCESS}, {"=csm", PROCESS},
    {"account manager", PROCESS}, {"plan", PROCESS}, {"deals", PROCESS}, {"opportunities", PROCESS}, {"quote", PROCESS}, {"angebot", PROCESS},
    {"devis", PROCESS}, {"proposal", PROCESS}, {"trial", PROCESS}, {"discount", PROCESS}, {"upsell", PROCESS}, {"expansion", PROCESS},
    {"last contacted", PROCESS}, {"last activity", PROCESS}, {"times contacted", PROCESS}, {"meetings", PROCESS}, {"calls", PROCESS},
};

enum icp__hint icp__leak_hint(struct icp_str header, struct icp_str *word) {
    struct icp__header h;
    enum icp__hint best = ICP__HINT_NONE;
    icp__header_split(header, &h);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (names[i].hint <= best || !icp__header_has(&h, names[i].words))
            continue;
        best = (enum icp__hint)names[i].hint;
        const char *text = names[i].words + (names[i].words[0] == '=');
        *word = (struct icp_str){text, strlen(text)};
    }
    return best;
}

/* Beginnings of words. */
static const char *const outcome_words[] = {"customer", "client", "acqui", "subscri", "churn", "convert", "purchas", "signed", "merged",
                                            "kunde",    "vertrag", "gekauft", "cliente", "achet", "comprado", "bought"};

bool icp__leak_word(struct icp_str word) {
    for (size_t i = 0; i < sizeof outcome_words / sizeof *outcome_words; i++) {
        size_t n = strlen(outcome_words[i]);
        if (word.size >= n && memcmp(word.data, outcome_words[i], n) == 0)
            return true;
    }
    return false;
}

const char *icp__cause_name(uint32_t cause) {
    switch (cause) {
    case ICP__CAUSE_FILLED:
        return "filled_for_customers";
    case ICP__CAUSE_MISSING:
        return "missingness";
    case ICP__CAUSE_ALONE:
        return "separates_alone";
    case ICP__CAUSE_UNIQUE:
        return "near_unique";
    case ICP__CAUSE_AFTER:
        return "after_purchase";
    default:
        return "outcome_name";
    }
}

const char *icp__verdict_name(uint32_t verdict) {
    static const char *const all[] = {"clear", "suspect", "quarantined", "released"};
    return all[verdict & 3u];
}
