/* SPDX-License-Identifier: MIT */
/* Names of objects, keys and personal data as CRMs, billing systems and people write them; singular, folded. A new name is a line. */
#include "dataset/objects.h"

enum { O_COMPANY = ICP__OBJECT_COMPANY, O_PERSON = ICP__OBJECT_PERSON, O_DEAL = ICP__OBJECT_DEAL, O_ACTIVITY = ICP__OBJECT_ACTIVITY,
       O_SUBSCRIPTION = ICP__OBJECT_SUBSCRIPTION, O_ORDER = ICP__OBJECT_ORDER, O_LINE = ICP__OBJECT_LINE, O_USAGE = ICP__OBJECT_USAGE,
       O_TICKET = ICP__OBJECT_TICKET, O_PRODUCT = ICP__OBJECT_PRODUCT, O_USER = ICP__OBJECT_USER, O_CAMPAIGN = ICP__OBJECT_CAMPAIGN,
       O_PLACE = ICP__OBJECT_PLACE, O_PROJECT = ICP__OBJECT_PROJECT, O_ASSET = ICP__OBJECT_ASSET, O_FUNDING = ICP__OBJECT_FUNDING,
       O_CHURN = ICP__OBJECT_CHURN, O_SURVEY = ICP__OBJECT_SURVEY, O_RELATION = ICP__OBJECT_RELATION, O_HISTORY = ICP__OBJECT_HISTORY,
       O_VOCABULARY = ICP__OBJECT_VOCABULARY };
/* What a word is besides an object. */
enum { W_OBJECT, W_ID, W_NAME, W_PARENT, W_OTHER, W_FILLER, W_WHO, W_WHAT, W_AUDIT, W_STOP, W_MEASURE };

struct word {
    const char *words; /* parted by one blank */
    uint8_t is, object;
};

static const struct word words[] = {
    /* companies */
    {"account", W_OBJECT, O_COMPANY}, {"acct", W_OBJECT, O_COMPANY}, {"company", W_OBJECT, O_COMPANY}, {"organisation", W_OBJECT, O_COMPANY},
    {"organization", W_OBJECT, O_COMPANY}, {"org", W_OBJECT, O_COMPANY}, {"customer", W_OBJECT, O_COMPANY}, {"client", W_OBJECT, O_COMPANY},
    {"firm", W_OBJECT, O_COMPANY}, {"business", W_OBJECT, O_COMPANY}, {"corporation", W_OBJECT, O_COMPANY}, {"enterprise", W_OBJECT, O_COMPANY},
    {"employer", W_OBJECT, O_COMPANY}, {"merchant", W_OBJECT, O_COMPANY}, {"tenant", W_OBJECT, O_COMPANY}, {"workspace", W_OBJECT, O_COMPANY},
    {"startup", W_OBJECT, O_COMPANY}, {"universe", W_OBJECT, O_COMPANY}, {"debtor", W_OBJECT, O_COMPANY}, {"bill to", W_OBJECT, O_COMPANY},
    {"sold to", W_OBJECT, O_COMPANY}, {"ship to", W_OBJECT, O_COMPANY}, {"business partner", W_OBJECT, O_COMPANY}, {"legal entity", W_OBJECT, O_COMPANY},
    {"target account", W_OBJECT, O_COMPANY}, {"prospect", W_OBJECT, O_COMPANY}, {"installation", W_OBJECT, O_COMPANY}, {"logo", W_OBJECT, O_COMPANY},
    {"unternehmen", W_OBJECT, O_COMPANY}, {"firma", W_OBJECT, O_COMPANY}, {"firmen", W_OBJECT, O_COMPANY}, {"kunde", W_OBJECT, O_COMPANY},
    {"kunden", W_OBJECT, O_COMPANY}, {"debitor", W_OBJECT, O_COMPANY}, {"debitoren", W_OBJECT, O_COMPANY}, {"organisationen", W_OBJECT, O_COMPANY},
    {"gesch\xC3\xA4" "ftspartner", W_OBJECT, O_COMPANY}, {"kundennummer", W_OBJECT, O_COMPANY}, {"kundennr", W_OBJECT, O_COMPANY},
    {"firmenname", W_OBJECT, O_COMPANY}, {"kundenname", W_OBJECT, O_COMPANY}, {"firmennummer", W_OBJECT, O_COMPANY}, {"mandant", W_OBJECT, O_COMPANY},
    {"entreprise", W_OBJECT, O_COMPANY}, {"soci\xC3\xA9t\xC3\xA9", W_OBJECT, O_COMPANY}, {"societe", W_OBJECT, O_COMPANY}, {"compte", W_OBJECT, O_COMPANY},
    {"empresa", W_OBJECT, O_COMPANY}, {"cliente", W_OBJECT, O_COMPANY}, {"cuenta", W_OBJECT, O_COMPANY}, {"compa\xC3\xB1\xC3\xAD" "a", W_OBJECT, O_COMPANY},
    {"compania", W_OBJECT, O_COMPANY}, {"sociedad", W_OBJECT, O_COMPANY}, {"organizaci\xC3\xB3n", W_OBJECT, O_COMPANY}, {"organizacion", W_OBJECT, O_COMPANY},
    /* persons */
    {"contact", W_OBJECT, O_PERSON}, {"person", W_OBJECT, O_PERSON}, {"people", W_OBJECT, O_PERSON}, {"lead", W_OBJECT, O_PERSON},
    {"individual", W_OBJECT, O_PERSON}, {"attendee", W_OBJECT, O_PERSON}, {"subscriber", W_OBJECT, O_PERSON}, {"participant", W_OBJECT, O_PERSON},
    {"founder", W_OBJECT, O_PERSON}, {"stakeholder", W_OBJECT, O_PERSON}, {"decision maker", W_OBJECT, O_PERSON}, {"candidate", W_OBJECT, O_PERSON},
    {"end user", W_OBJECT, O_PERSON}, {"reporter", W_OBJECT, O_PERSON}, {"requester", W_OBJECT, O_PERSON}, {"kontakt", W_OBJECT, O_PERSON},
    {"kontakte", W_OBJECT, O_PERSON}, {"ansprechpartner", W_OBJECT, O_PERSON}, {"personen", W_OBJECT, O_PERSON}, {"interessent", W_OBJECT, O_PERSON},
    {"interessenten", W_OBJECT, O_PERSON}, {"personne", W_OBJECT, O_PERSON}, {"contacto", W_OBJECT, O_PERSON}, {"persona", W_OBJECT, O_PERSON},
    {"interlocuteur", W_OBJECT, O_PERSON}, {"mitarbeiter", W_OBJECT, O_PERSON},
    /* deals */
    {"opportunity", W_OBJECT, O_DEAL}, {"opp", W_OBJECT, O_DEAL}, {"oppty", W_OBJECT, O_DEAL}, {"deal", W_OBJECT, O_DEAL}, {"pipeline", W_OBJECT, O_DEAL},
    {"sale", W_OBJECT, O_DEAL}, {"proposal", W_OBJECT, O_DEAL}, {"tender", W_OBJECT, O_DEAL}, {"verkaufschance", W_OBJECT, O_DEAL},
    {"verkaufschancen", W_OBJECT, O_DEAL}, {"chance", W_OBJECT, O_DEAL}, {"abschluss", W_OBJECT, O_DEAL}, {"opportunit\xC3\xA9", W_OBJECT, O_DEAL},
    {"opportunite", W_OBJECT, O_DEAL}, {"affaire", W_OBJECT, O_DEAL}, {"oportunidad", W_OBJECT, O_DEAL}, {"oportunidade", W_OBJECT, O_DEAL},
    {"negocio", W_OBJECT, O_DEAL}, {"vente", W_OBJECT, O_DEAL}, {"venta", W_OBJECT, O_DEAL},
    /* activities */
    {"task", W_OBJECT, O_ACTIVITY}, {"activity", W_OBJECT, O_ACTIVITY}, {"event", W_OBJECT, O_ACTIVITY}, {"engagement", W_OBJECT, O_ACTIVITY},
    {"call", W_OBJECT, O_ACTIVITY}, {"meeting", W_OBJECT, O_ACTIVITY}, {"email", W_OBJECT, O_ACTIVITY}, {"e mail", W_OBJECT, O_ACTIVITY},
    {"mail", W_OBJECT, O_ACTIVITY}, {"note", W_OBJECT, O_ACTIVITY}, {"touchpoint", W_OBJECT, O_ACTIVITY}, {"interaction", W_OBJECT, O_ACTIVITY},
    {"appointment", W_OBJECT, O_ACTIVITY}, {"demo", W_OBJECT, O_ACTIVITY}, {"conversation", W_OBJECT, O_ACTIVITY}, {"message", W_OBJECT, O_ACTIVITY},
    {"sms", W_OBJECT, O_ACTIVITY}, {"communication", W_OBJECT, O_ACTIVITY}, {"correspondence", W_OBJECT, O_ACTIVITY}, {"todo", W_OBJECT, O_ACTIVITY},
    {"milestone", W_OBJECT, O_ACTIVITY}, {"signal", W_OBJECT, O_ACTIVITY}, {"form submission", W_OBJECT, O_ACTIVITY}, {"submission", W_OBJECT, O_ACTIVITY},
    {"webinar", W_OBJECT, O_ACTIVITY}, {"aufgabe", W_OBJECT, O_ACTIVITY}, {"aufgaben", W_OBJECT, O_ACTIVITY}, {"aktivit\xC3\xA4t", W_OBJECT, O_ACTIVITY},
    {"aktivit\xC3\xA4ten", W_OBJECT, O_ACTIVITY}, {"termin", W_OBJECT, O_ACTIVITY}, {"termine", W_OBJECT, O_ACTIVITY}, {"anruf", W_OBJECT, O_ACTIVITY},
    {"anrufe", W_OBJECT, O_ACTIVITY}, {"notiz", W_OBJECT, O_ACTIVITY}, {"notizen", W_OBJECT, O_ACTIVITY}, {"besuch", W_OBJECT, O_ACTIVITY},
    {"activit\xC3\xA9", W_OBJECT, O_ACTIVITY}, {"activite", W_OBJECT, O_ACTIVITY}, {"t\xC3\xA2" "che", W_OBJECT, O_ACTIVITY}, {"tache", W_OBJECT, O_ACTIVITY},
    {"appel", W_OBJECT, O_ACTIVITY}, {"r\xC3\xA9union", W_OBJECT, O_ACTIVITY}, {"actividad", W_OBJECT, O_ACTIVITY}, {"tarea", W_OBJECT, O_ACTIVITY},
    {"llamada", W_OBJECT, O_ACTIVITY}, {"reuni\xC3\xB3n", W_OBJECT, O_ACTIVITY}, {"nota", W_OBJECT, O_ACTIVITY},
    /* subscriptions */
    {"subscription", W_OBJECT, O_SUBSCRIPTION}, {"contract", W_OBJECT, O_SUBSCRIPTION}, {"agreement", W_OBJECT, O_SUBSCRIPTION},
    {"license", W_OBJECT, O_SUBSCRIPTION}, {"licence", W_OBJECT, O_SUBSCRIPTION}, {"entitlement", W_OBJECT, O_SUBSCRIPTION},
    {"plan", W_OBJECT, O_SUBSCRIPTION}, {"membership", W_OBJECT, O_SUBSCRIPTION}, {"trial", W_OBJECT, O_SUBSCRIPTION}, {"policy", W_OBJECT, O_SUBSCRIPTION},
    {"vertrag", W_OBJECT, O_SUBSCRIPTION}, {"vertr\xC3\xA4ge", W_OBJECT, O_SUBSCRIPTION}, {"abonnement", W_OBJECT, O_SUBSCRIPTION}, {"abo", W_OBJECT, O_SUBSCRIPTION},
    {"lizenz", W_OBJECT, O_SUBSCRIPTION}, {"lizenzen", W_OBJECT, O_SUBSCRIPTION}, {"contrat", W_OBJECT, O_SUBSCRIPTION}, {"contrato", W_OBJECT, O_SUBSCRIPTION},
    {"suscripci\xC3\xB3n", W_OBJECT, O_SUBSCRIPTION}, {"suscripcion", W_OBJECT, O_SUBSCRIPTION}, {"licencia", W_OBJECT, O_SUBSCRIPTION},
    /* orders */
    {"order", W_OBJECT, O_ORDER}, {"invoice", W_OBJECT, O_ORDER}, {"payment", W_OBJECT, O_ORDER}, {"transaction", W_OBJECT, O_ORDER}, {"quote", W_OBJECT, O_ORDER},
    {"purchase", W_OBJECT, O_ORDER}, {"charge", W_OBJECT, O_ORDER}, {"refund", W_OBJECT, O_ORDER}, {"booking", W_OBJECT, O_ORDER}, {"bill", W_OBJECT, O_ORDER},
    {"credit note", W_OBJECT, O_ORDER}, {"credit memo", W_OBJECT, O_ORDER}, {"shipment", W_OBJECT, O_ORDER}, {"delivery", W_OBJECT, O_ORDER}, {"cart", W_OBJECT, O_ORDER},
    {"receipt", W_OBJECT, O_ORDER}, {"auftrag", W_OBJECT, O_ORDER}, {"auftr\xC3\xA4ge", W_OBJECT, O_ORDER}, {"rechnung", W_OBJECT, O_ORDER},
    {"rechnungen", W_OBJECT, O_ORDER}, {"bestellung", W_OBJECT, O_ORDER}, {"bestellungen", W_OBJECT, O_ORDER}, {"angebot", W_OBJECT, O_ORDER},
    {"angebote", W_OBJECT, O_ORDER}, {"zahlung", W_OBJECT, O_ORDER}, {"zahlungen", W_OBJECT, O_ORDER}, {"commande", W_OBJECT, O_ORDER}, {"facture", W_OBJECT, O_ORDER},
    {"devis", W_OBJECT, O_ORDER}, {"paiement", W_OBJECT, O_ORDER}, {"pedido", W_OBJECT, O_ORDER}, {"factura", W_OBJECT, O_ORDER}, {"pago", W_OBJECT, O_ORDER},
    {"presupuesto", W_OBJECT, O_ORDER},
    {"line item", W_OBJECT, O_LINE}, {"order item", W_OBJECT, O_LINE}, {"order line", W_OBJECT, O_LINE}, {"invoice line", W_OBJECT, O_LINE},
    {"invoice item", W_OBJECT, O_LINE}, {"quote line", W_OBJECT, O_LINE}, {"opportunity product", W_OBJECT, O_LINE}, {"opportunity line item", W_OBJECT, O_LINE},
    {"deal product", W_OBJECT, O_LINE}, {"line", W_OBJECT, O_LINE}, {"order detail", W_OBJECT, O_LINE}, {"position", W_OBJECT, O_LINE}, {"positionen", W_OBJECT, O_LINE},
    /* use of the product */
    {"usage", W_OBJECT, O_USAGE}, {"feature usage", W_OBJECT, O_USAGE}, {"product usage", W_OBJECT, O_USAGE}, {"telemetry", W_OBJECT, O_USAGE},
    {"login", W_OBJECT, O_USAGE}, {"session", W_OBJECT, O_USAGE}, {"visit", W_OBJECT, O_USAGE}, {"page view", W_OBJECT, O_USAGE}, {"pageview", W_OBJECT, O_USAGE},
    {"click", W_OBJECT, O_USAGE}, {"adoption", W_OBJECT, O_USAGE}, {"consumption", W_OBJECT, O_USAGE}, {"metric", W_OBJECT, O_USAGE}, {"health score", W_OBJECT, O_USAGE},
    {"web analytic", W_OBJECT, O_USAGE}, {"nutzung", W_OBJECT, O_USAGE}, {"utilisation", W_OBJECT, O_USAGE}, {"uso", W_OBJECT, O_USAGE}, {"measurement", W_OBJECT, O_USAGE},
    /* tickets */
    {"ticket", W_OBJECT, O_TICKET}, {"support ticket", W_OBJECT, O_TICKET}, {"case", W_OBJECT, O_TICKET}, {"issue", W_OBJECT, O_TICKET}, {"incident", W_OBJECT, O_TICKET},
    {"complaint", W_OBJECT, O_TICKET}, {"request", W_OBJECT, O_TICKET}, {"bug", W_OBJECT, O_TICKET}, {"escalation", W_OBJECT, O_TICKET}, {"claim", W_OBJECT, O_TICKET},
    {"anfrage", W_OBJECT, O_TICKET}, {"anfragen", W_OBJECT, O_TICKET}, {"vorgang", W_OBJECT, O_TICKET}, {"reklamation", W_OBJECT, O_TICKET}, {"demande", W_OBJECT, O_TICKET},
    {"r\xC3\xA9" "clamation", W_OBJECT, O_TICKET}, {"caso", W_OBJECT, O_TICKET}, {"incidencia", W_OBJECT, O_TICKET}, {"solicitud", W_OBJECT, O_TICKET},
    /* products */
    {"product", W_OBJECT, O_PRODUCT}, {"price", W_OBJECT, O_PRODUCT}, {"pricebook", W_OBJECT, O_PRODUCT}, {"price book", W_OBJECT, O_PRODUCT},
    {"pricebook entry", W_OBJECT, O_PRODUCT}, {"price list", W_OBJECT, O_PRODUCT}, {"sku", W_OBJECT, O_PRODUCT}, {"item", W_OBJECT, O_PRODUCT}, {"article", W_OBJECT, O_PRODUCT},
    {"service", W_OBJECT, O_PRODUCT}, {"catalog", W_OBJECT, O_PRODUCT}, {"catalogue", W_OBJECT, O_PRODUCT}, {"feature", W_OBJECT, O_PRODUCT}, {"module", W_OBJECT, O_PRODUCT},
    {"bundle", W_OBJECT, O_PRODUCT}, {"offering", W_OBJECT, O_PRODUCT}, {"produkt", W_OBJECT, O_PRODUCT}, {"produkte", W_OBJECT, O_PRODUCT}, {"artikel", W_OBJECT, O_PRODUCT},
    {"preis", W_OBJECT, O_PRODUCT}, {"preise", W_OBJECT, O_PRODUCT}, {"produit", W_OBJECT, O_PRODUCT}, {"prix", W_OBJECT, O_PRODUCT}, {"producto", W_OBJECT, O_PRODUCT},
    {"precio", W_OBJECT, O_PRODUCT}, {"vendor", W_OBJECT, O_PRODUCT}, {"technology", W_OBJECT, O_PRODUCT},
    /* the seller's people */
    {"user", W_OBJECT, O_USER}, {"owner", W_OBJECT, O_USER}, {"agent", W_OBJECT, O_USER}, {"team", W_OBJECT, O_USER}, {"rep", W_OBJECT, O_USER},
    {"representative", W_OBJECT, O_USER}, {"sales rep", W_OBJECT, O_USER}, {"sales agent", W_OBJECT, O_USER}, {"sales team", W_OBJECT, O_USER},
    {"sales person", W_OBJECT, O_USER}, {"salesperson", W_OBJECT, O_USER}, {"salesman", W_OBJECT, O_USER}, {"seller", W_OBJECT, O_USER}, {"manager", W_OBJECT, O_USER},
    {"account executive", W_OBJECT, O_USER}, {"account manager", W_OBJECT, O_USER}, {"account owner", W_OBJECT, O_USER}, {"account team", W_OBJECT, O_USER},
    {"company owner", W_OBJECT, O_USER}, {"contact owner", W_OBJECT, O_USER}, {"deal owner", W_OBJECT, O_USER}, {"customer success manager", W_OBJECT, O_USER},
    {"csm", W_OBJECT, O_USER}, {"sdr", W_OBJECT, O_USER}, {"bdr", W_OBJECT, O_USER}, {"assignee", W_OBJECT, O_USER}, {"assigned to", W_OBJECT, O_USER},
    {"assigned user", W_OBJECT, O_USER}, {"queue", W_OBJECT, O_USER}, {"group", W_OBJECT, O_USER}, {"role", W_OBJECT, O_USER}, {"profile", W_OBJECT, O_USER},
    {"staff", W_OBJECT, O_USER}, {"author", W_OBJECT, O_USER}, {"besitzer", W_OBJECT, O_USER}, {"inhaber", W_OBJECT, O_USER}, {"betreuer", W_OBJECT, O_USER},
    {"verk\xC3\xA4ufer", W_OBJECT, O_USER}, {"benutzer", W_OBJECT, O_USER}, {"bearbeiter", W_OBJECT, O_USER}, {"propri\xC3\xA9taire", W_OBJECT, O_USER},
    {"proprietaire", W_OBJECT, O_USER}, {"utilisateur", W_OBJECT, O_USER}, {"vendeur", W_OBJECT, O_USER}, {"commercial", W_OBJECT, O_USER},
    {"propietario", W_OBJECT, O_USER}, {"usuario", W_OBJECT, O_USER}, {"vendedor", W_OBJECT, O_USER}, {"gestor", W_OBJECT, O_USER},
    /* campaigns */
    {"campaign", W_OBJECT, O_CAMPAIGN}, {"campaign source", W_OBJECT, O_CAMPAIGN}, {"ad", W_OBJECT, O_CAMPAIGN}, {"ad group", W_OBJECT, O_CAMPAIGN},
    {"utm campaign", W_OBJECT, O_CAMPAIGN}, {"channel", W_OBJECT, O_CAMPAIGN}, {"sequence", W_OBJECT, O_CAMPAIGN}, {"cadence", W_OBJECT, O_CAMPAIGN},
    {"kampagne", W_OBJECT, O_CAMPAIGN}, {"kampagnen", W_OBJECT, O_CAMPAIGN}, {"campagne", W_OBJECT, O_CAMPAIGN}, {"campa\xC3\xB1" "a", W_OBJECT, O_CAMPAIGN},
    {"campana", W_OBJECT, O_CAMPAIGN}, {"campaign member", W_OBJECT, O_RELATION},
    /* places */
    {"country", W_OBJECT, O_PLACE}, {"region", W_OBJECT, O_PLACE}, {"territory", W_OBJECT, O_PLACE}, {"location", W_OBJECT, O_PLACE}, {"office", W_OBJECT, O_PLACE},
    {"site", W_OBJECT, O_PLACE}, {"city", W_OBJECT, O_PLACE}, {"state", W_OBJECT, O_PLACE}, {"branch", W_OBJECT, O_PLACE}, {"store", W_OBJECT, O_PLACE},
    {"address", W_OBJECT, O_PLACE}, {"land", W_OBJECT, O_PLACE}, {"l\xC3\xA4nder", W_OBJECT, O_PLACE}, {"standort", W_OBJECT, O_PLACE}, {"standorte", W_OBJECT, O_PLACE},
    {"gebiet", W_OBJECT, O_PLACE}, {"pays", W_OBJECT, O_PLACE}, {"lieu", W_OBJECT, O_PLACE}, {"pa\xC3\xADs", W_OBJECT, O_PLACE}, {"territorio", W_OBJECT, O_PLACE},
    /* projects, assets, money */
    {"project", W_OBJECT, O_PROJECT}, {"implementation", W_OBJECT, O_PROJECT}, {"onboarding", W_OBJECT, O_PROJECT}, {"projekt", W_OBJECT, O_PROJECT},
    {"projekte", W_OBJECT, O_PROJECT}, {"projet", W_OBJECT, O_PROJECT}, {"proyecto", W_OBJECT, O_PROJECT}, {"epic", W_OBJECT, O_PROJECT},
    {"asset", W_OBJECT, O_ASSET}, {"device", W_OBJECT, O_ASSET}, {"machine", W_OBJECT, O_ASSET}, {"vehicle", W_OBJECT, O_ASSET}, {"installed product", W_OBJECT, O_ASSET},
    {"listing", W_OBJECT, O_ASSET}, {"anlage", W_OBJECT, O_ASSET}, {"ger\xC3\xA4t", W_OBJECT, O_ASSET}, {"equipo", W_OBJECT, O_ASSET},
    {"round", W_OBJECT, O_FUNDING}, {"funding round", W_OBJECT, O_FUNDING}, {"funding", W_OBJECT, O_FUNDING}, {"investment", W_OBJECT, O_FUNDING},
    {"acquisition", W_OBJECT, O_FUNDING}, {"ipo", W_OBJECT, O_FUNDING}, {"merger", W_OBJECT, O_FUNDING}, {"finanzierung", W_OBJECT, O_FUNDING},
    {"job", W_OBJECT, O_ACTIVITY}, {"job opening", W_OBJECT, O_ACTIVITY}, {"job posting", W_OBJECT, O_ACTIVITY}, {"opening", W_OBJECT, O_ACTIVITY},
    {"news", W_OBJECT, O_ACTIVITY}, {"press", W_OBJECT, O_ACTIVITY},
    {"churn", W_OBJECT, O_CHURN}, {"churn event", W_OBJECT, O_CHURN}, {"renewal", W_OBJECT, O_CHURN}, {"cancellation", W_OBJECT, O_CHURN}, {"cancelation", W_OBJECT, O_CHURN},
    {"k\xC3\xBCndigung", W_OBJECT, O_CHURN}, {"k\xC3\xBCndigungen", W_OBJECT, O_CHURN}, {"verl\xC3\xA4ngerung", W_OBJECT, O_CHURN}, {"downgrade", W_OBJECT, O_CHURN},
    {"upgrade", W_OBJECT, O_CHURN}, {"expansion", W_OBJECT, O_CHURN},
    {"survey", W_OBJECT, O_SURVEY}, {"response", W_OBJECT, O_SURVEY}, {"nps", W_OBJECT, O_SURVEY}, {"csat", W_OBJECT, O_SURVEY}, {"rating", W_OBJECT, O_SURVEY},
    {"review", W_OBJECT, O_SURVEY}, {"feedback", W_OBJECT, O_SURVEY}, {"umfrage", W_OBJECT, O_SURVEY}, {"enqu\xC3\xAAte", W_OBJECT, O_SURVEY}, {"encuesta", W_OBJECT, O_SURVEY},
    /* tables about records */
    {"relation", W_OBJECT, O_RELATION}, {"relationship", W_OBJECT, O_RELATION}, {"association", W_OBJECT, O_RELATION}, {"contact role", W_OBJECT, O_RELATION},
    {"opportunity contact role", W_OBJECT, O_RELATION}, {"account contact role", W_OBJECT, O_RELATION}, {"account contact relation", W_OBJECT, O_RELATION},
    {"account partner", W_OBJECT, O_RELATION}, {"partner", W_OBJECT, O_RELATION}, {"mapping", W_OBJECT, O_RELATION}, {"bridge", W_OBJECT, O_RELATION},
    {"junction", W_OBJECT, O_RELATION}, {"xref", W_OBJECT, O_RELATION}, {"link", W_OBJECT, O_RELATION}, {"member", W_OBJECT, O_RELATION}, {"tag", W_OBJECT, O_RELATION},
    {"label", W_OBJECT, O_RELATION}, {"competitor", W_OBJECT, O_RELATION}, {"investor", W_OBJECT, O_RELATION},
    {"history", W_OBJECT, O_HISTORY}, {"log", W_OBJECT, O_HISTORY}, {"audit", W_OBJECT, O_HISTORY}, {"snapshot", W_OBJECT, O_HISTORY}, {"change", W_OBJECT, O_HISTORY},
    {"attachment", W_OBJECT, O_HISTORY}, {"document", W_OBJECT, O_HISTORY}, {"file", W_OBJECT, O_HISTORY}, {"comment", W_OBJECT, O_HISTORY}, {"feed item", W_OBJECT, O_HISTORY},
    {"stage history", W_OBJECT, O_HISTORY}, {"historie", W_OBJECT, O_HISTORY}, {"historique", W_OBJECT, O_HISTORY}, {"historial", W_OBJECT, O_HISTORY},
    {"dictionary", W_OBJECT, O_VOCABULARY}, {"data dictionary", W_OBJECT, O_VOCABULARY}, {"metadata", W_OBJECT, O_VOCABULARY}, {"currency", W_OBJECT, O_VOCABULARY},
    {"calendar", W_OBJECT, O_VOCABULARY}, {"date", W_OBJECT, O_VOCABULARY}, {"type", W_OBJECT, O_VOCABULARY}, {"category", W_OBJECT, O_VOCABULARY},
    {"industry", W_OBJECT, O_VOCABULARY}, {"sector", W_OBJECT, O_VOCABULARY}, {"status", W_OBJECT, O_VOCABULARY}, {"stage", W_OBJECT, O_VOCABULARY},
    {"segment", W_OBJECT, O_VOCABULARY}, {"tier", W_OBJECT, O_VOCABULARY}, {"code", W_NAME, 0}, {"lookup", W_OBJECT, O_VOCABULARY}, {"record type", W_OBJECT, O_VOCABULARY},
    {"branche", W_OBJECT, O_VOCABULARY}, {"branchen", W_OBJECT, O_VOCABULARY}, {"w\xC3\xA4hrung", W_OBJECT, O_VOCABULARY}, {"devise", W_OBJECT, O_VOCABULARY},
    {"picklist", W_OBJECT, O_VOCABULARY},
    /* keys */
    {"id", W_ID, 0}, {"key", W_ID, 0}, {"uuid", W_ID, 0}, {"guid", W_ID, 0}, {"oid", W_ID, 0}, {"number", W_ID, 0}, {"no", W_ID, 0}, {"nr", W_ID, 0}, {"num", W_ID, 0},
    {"nummer", W_ID, 0}, {"numero", W_ID, 0}, {"n\xC3\xBAmero", W_ID, 0}, {"num\xC3\xA9ro", W_ID, 0}, {"permalink", W_ID, 0}, {"slug", W_ID, 0}, {"ref", W_ID, 0},
    {"reference", W_ID, 0}, {"identifier", W_ID, 0}, {"fk", W_ID, 0}, {"pk", W_ID, 0}, {"sfid", W_ID, 0}, {"sfdcid", W_ID, 0}, {"record id", W_ID, 0}, {"object id", W_ID, 0},
    {"sys id", W_ID, 0}, {"rowid", W_ID, 0}, {"row id", W_ID, 0}, {"schl\xC3\xBCssel", W_ID, 0}, {"kennung", W_ID, 0}, {"cl\xC3\xA9", W_ID, 0}, {"clave", W_ID, 0},
    {"identifiant", W_ID, 0}, {"identificador", W_ID, 0}, {"hs object id", W_ID, 0}, {"index", W_ID, 0},
    {"name", W_NAME, 0}, {"title", W_NAME, 0}, {"bezeichnung", W_NAME, 0}, {"nom", W_NAME, 0}, {"nombre", W_NAME, 0}, {"titel", W_NAME, 0},
    /* who stands above or beside */
    {"parent", W_PARENT, 0}, {"ultimate parent", W_PARENT, 0}, {"global ultimate", W_PARENT, 0}, {"domestic ultimate", W_PARENT, 0}, {"subsidiary of", W_PARENT, 0},
    {"mother", W_PARENT, 0}, {"holding", W_PARENT, 0}, {"headquarter of", W_PARENT, 0}, {"part of", W_PARENT, 0}, {"belongs to", W_PARENT, 0}, {"master", W_PARENT, 0},
    {"muttergesellschaft", W_PARENT, O_COMPANY}, {"konzern", W_PARENT, O_COMPANY}, {"konzernmutter", W_PARENT, O_COMPANY}, {"tochter von", W_PARENT, O_COMPANY},
    {"soci\xC3\xA9t\xC3\xA9 m\xC3\xA8re", W_PARENT, O_COMPANY}, {"filiale de", W_PARENT, O_COMPANY}, {"filial de", W_PARENT, O_COMPANY}, {"matriz", W_PARENT, O_COMPANY},
    {"empresa matriz", W_PARENT, O_COMPANY}, {"group company", W_PARENT, O_COMPANY}, {"owned by", W_PARENT, O_COMPANY},
    {"acquirer", W_OTHER, O_COMPANY}, {"acquired by", W_OTHER, O_COMPANY}, {"previous", W_OTHER, 0}, {"former", W_OTHER, 0}, {"old", W_OTHER, 0}, {"other", W_OTHER, 0},
    {"secondary", W_OTHER, 0}, {"partner account", W_OTHER, O_COMPANY}, {"reseller", W_OTHER, O_COMPANY}, {"distributor", W_OTHER, O_COMPANY}, {"referrer", W_OTHER, O_COMPANY},
    {"referred by", W_OTHER, O_COMPANY}, {"competitor account", W_OTHER, O_COMPANY}, {"reports to", W_PARENT, O_PERSON}, {"duplicate of", W_OTHER, 0}, {"merged into", W_OTHER, 0},
    {"original", W_OTHER, 0}, {"renewed from", W_OTHER, 0}, {"replaced by", W_OTHER, 0}, {"linked", W_OTHER, 0},
    /* Salesforce: a person, or any record */
    {"who", W_WHO, O_PERSON}, {"what", W_WHAT, 0}, {"regarding", W_WHAT, 0}, {"related to", W_WHAT, 0}, {"related record", W_WHAT, 0}, {"target object", W_WHAT, 0},
    {"created by", W_AUDIT, O_USER}, {"creator", W_AUDIT, O_USER}, {"modified by", W_AUDIT, O_USER}, {"last modified by", W_AUDIT, O_USER}, {"updated by", W_AUDIT, O_USER},
    {"closed by", W_AUDIT, O_USER}, {"erstellt von", W_AUDIT, O_USER}, {"ge\xC3\xA4ndert von", W_AUDIT, O_USER}, {"cr\xC3\xA9\xC3\xA9 par", W_AUDIT, O_USER}, {"creado por", W_AUDIT, O_USER},
    /* words that change nothing */
    {"associated", W_FILLER, 0}, {"primary", W_FILLER, 0}, {"main", W_FILLER, 0}, {"related", W_FILLER, 0}, {"hubspot", W_FILLER, 0}, {"salesforce", W_FILLER, 0},
    {"sfdc", W_FILLER, 0}, {"sf", W_FILLER, 0}, {"crm", W_FILLER, 0}, {"the", W_FILLER, 0}, {"external", W_FILLER, 0}, {"internal", W_FILLER, 0}, {"unique", W_FILLER, 0},
    {"full", W_FILLER, 0}, {"source", W_FILLER, 0}, {"hs", W_FILLER, 0}, {"zendesk", W_FILLER, 0}, {"stripe", W_FILLER, 0}, {"pipedrive", W_FILLER, 0}, {"dynamic", W_FILLER, 0},
    /* amounts, whatever they are amounts of */
    {"number of", W_MEASURE, 0}, {"no of", W_MEASURE, 0}, {"num of", W_MEASURE, 0}, {"count", W_MEASURE, 0}, {"amount", W_MEASURE, 0}, {"total", W_MEASURE, 0},
    {"quantity", W_MEASURE, 0}, {"qty", W_MEASURE, 0}, {"revenue", W_MEASURE, 0}, {"score", W_MEASURE, 0}, {"value", W_MEASURE, 0}, {"rate", W_MEASURE, 0},
    {"percent", W_MEASURE, 0}, {"percentage", W_MEASURE, 0}, {"seat", W_MEASURE, 0}, {"minute", W_MEASURE, 0}, {"hour", W_MEASURE, 0}, {"second", W_MEASURE, 0},
    {"sec", W_MEASURE, 0}, {"day", W_MEASURE, 0}, {"year", W_MEASURE, 0}, {"age", W_MEASURE, 0}, {"size", W_MEASURE, 0}, {"cost", W_MEASURE, 0}, {"discount", W_MEASURE, 0},
    {"probability", W_MEASURE, 0}, {"mrr", W_MEASURE, 0}, {"arr", W_MEASURE, 0}, {"anzahl", W_MEASURE, 0}, {"betrag", W_MEASURE, 0}, {"menge", W_MEASURE, 0}, {"umsatz", W_MEASURE, 0},
    {"montant", W_MEASURE, 0}, {"quantit\xC3\xA9", W_MEASURE, 0}, {"importe", W_MEASURE, 0}, {"cantidad", W_MEASURE, 0}, {"employee", W_MEASURE, 0}, {"user count", W_MEASURE, 0},
    {"by", W_STOP, 0}, {"per", W_STOP, 0}, {"for", W_STOP, 0}, {"with", W_STOP, 0}, {"von", W_STOP, 0}, {"par", W_STOP, 0}, {"por", W_STOP, 0}, {"mit", W_STOP, 0},
};
#define COUNT(a) (sizeof(a) / sizeof *(a))

const char *icp__object_name(enum icp__object o) {
    static const char *const names[ICP__OBJECTS] = {"record", "company", "person", "deal", "activity", "subscription", "order", "line item", "usage", "ticket", "product",
                                                    "user", "campaign", "place", "project", "asset", "funding", "churn", "survey", "relation", "history", "vocabulary"};
    return names[o];
}

static struct icp_str nth(const struct icp__header *h, size_t i) { return (struct icp_str){h->text + h->word[i].start, h->word[i].size}; }

/* Plural forms of English; others stand in the table. */
static bool same_word(struct icp_str w, const char *word, size_t n) {
    if (w.size == n && memcmp(w.data, word, n) == 0) return true;
    if (n < 2 || w.size < 3 || w.data[w.size - 1] != 's') return false;
    if (w.size == n + 1 && memcmp(w.data, word, n) == 0) return true;
    if (w.size == n + 2 && memcmp(w.data, word, n) == 0 && w.data[n] == 'e') return true;
    return w.size == n + 2 && word[n - 1] == 'y' && memcmp(w.data, word, n - 1) == 0 && memcmp(w.data + n - 1, "ies", 3) == 0;
}

/* How many words of the header, from the i-th on, the name takes; 0 = it does not stand there. */
static size_t stands(const struct icp__header *h, size_t i, const char *name) {
    size_t taken = 0;
    for (const char *p = name; *p;) {
        const size_t n = strcspn(p, " ");
        if (i + taken >= h->words || !same_word(nth(h, i + taken), p, n)) return 0;
        taken++;
        p += n;
        while (*p == ' ') p++;
    }
    return taken;
}

static const struct word *longest(const struct icp__header *h, size_t i, size_t *taken) {
    const struct word *best = NULL;
    *taken = 1;
    for (size_t k = 0; k < COUNT(words); k++) {
        const size_t n = stands(h, i, words[k].words);
        if (!n || (best && n <= *taken)) continue;
        best = &words[k];
        *taken = n;
    }
    return best;
}

/* "accountid" and "companyids" are written without a sign where they could be parted. */
static const struct word *glued(struct icp_str w, bool *several) {
    size_t n = w.size;
    *several = n > 5 && memcmp(w.data + n - 3, "ids", 3) == 0;
    if (n < 5 || (!*several && memcmp(w.data + n - 2, "id", 2) != 0)) return NULL;
    w.size -= *several ? 3 : 2;
    for (size_t k = 0; k < COUNT(words); k++)
        if (words[k].is != W_ID && words[k].is != W_STOP && same_word(w, words[k].words, strlen(words[k].words))) return &words[k];
    return NULL;
}

enum icp__object icp__object_of_table(struct icp_str name) {
    struct icp__header h;
    enum icp__object found = ICP__OBJECT_NONE;
    icp__header_split(name, &h);
    for (size_t i = 0, taken; i < h.words; i += taken) {
        const struct word *w = longest(&h, i, &taken);
        if (!w) continue;
        if (w->is == W_STOP && found) break;
        if (w->is == W_OBJECT) found = (enum icp__object)w->object;
    }
    return found;
}

static void take_word(const struct word *w, struct icp__meaning *out) {
    switch (w->is) {
    case W_ID: out->id = true; break;
    case W_NAME: out->name = true; break;
    case W_PARENT: out->parent = true; break;
    case W_OTHER: out->other = true; break;
    case W_WHAT: out->polymorphic = true; break;
    case W_AUDIT: out->audit = true; break;
    case W_MEASURE: out->measure = true; break;
    default: break;
    }
    if (w->object && w->is != W_ID && !(out->audit && w->is == W_OBJECT)) out->object = (enum icp__object)w->object;
}

void icp__header_meaning(struct icp_str header, struct icp__meaning *out) {
    struct icp__header h;
    size_t others = 0;
    memset(out, 0, sizeof *out);
    icp__header_split(header, &h);
    for (size_t i = 0, taken; i < h.words; i += taken) {
        bool several = false;
        const struct icp_str word = nth(&h, i);
        const struct word *w = longest(&h, i, &taken), *g = w ? NULL : glued(word, &several);
        if (g) out->id = true, out->several |= several;
        if (g) w = g;
        if (!w) {
            others++;
            continue;
        }
        take_word(w, out);
        out->several |= strcmp(w->words, "associated") == 0; /* HubSpot writes "101;102" */
        if (w->is == W_ID && word.size == 3 && memcmp(word.data, "ids", 3) == 0) out->several = true;
    }
    /* "Employee ID" is no amount, "number of employees" is. */
    if (out->measure && h.words && !(out->id && same_word(nth(&h, h.words - 1), "id", 2))) out->id = false;
    else out->measure = false;
    out->bare = out->id && !others && !out->object && !out->parent && !out->other && !out->polymorphic && !out->audit;
}

static bool header_has_any(struct icp_str header, const char *const *list, size_t n, unsigned *rank) {
    struct icp__header h;
    icp__header_split(header, &h);
    for (size_t i = 0; i < n; i++)
        if (icp__header_has(&h, list[i])) {
            *rank = (unsigned)i + 1;
            return true;
        }
    return false;
}

struct personal {
    const char *words, *what;
};

const char *icp__header_personal(struct icp_str header, bool person) {
    static const struct personal always[] = {
        {"email", "e-mail address"}, {"e mail", "e-mail address"}, {"=mail", "e-mail address"}, {"correo", "e-mail address"}, {"courriel", "e-mail address"},
        {"phone", "phone number"}, {"telephone", "phone number"}, {"=mobile", "phone number"}, {"mobile phone", "phone number"}, {"mobile number", "phone number"},
        {"cell phone", "phone number"}, {"fax", "phone number"}, {"telefon", "phone number"}, {"telefonnummer", "phone number"}, {"handynummer", "phone number"},
        {"mobilnummer", "phone number"}, {"t\xC3\xA9l\xC3\xA9phone", "phone number"}, {"tel\xC3\xA9" "fono", "phone number"}, {"telefono", "phone number"}, {"=tel", "phone number"},
        {"whatsapp", "phone number"}, {"first name", "first name"}, {"firstname", "first name"}, {"given name", "first name"}, {"forename", "first name"}, {"vorname", "first name"},
        {"pr\xC3\xA9nom", "first name"}, {"prenom", "first name"}, {"last name", "last name"}, {"lastname", "last name"}, {"surname", "last name"}, {"family name", "last name"},
        {"nachname", "last name"}, {"familienname", "last name"}, {"nom de famille", "last name"}, {"apellido", "last name"}, {"middle name", "middle name"},
        {"maiden name", "maiden name"}, {"geburtsname", "maiden name"}, {"nickname", "nickname"}, {"=full name", "full name"}, {"=fullname", "full name"},
        {"contact name", "name of a person"}, {"contact full name", "name of a person"}, {"lead name", "name of a person"}, {"person name", "name of a person"},
        {"customer contact", "name of a person"}, {"ansprechpartner", "name of a person"}, {"founder name", "name of a person"}, {"employee name", "name of a person"},
        {"salutation", "salutation"}, {"anrede", "salutation"}, {"civilit\xC3\xA9", "salutation"}, {"=gender", "gender"}, {"=sex", "gender"}, {"geschlecht", "gender"},
        {"birthdate", "date of birth"}, {"birth date", "date of birth"}, {"birthday", "date of birth"}, {"date birth", "date of birth"}, {"=dob", "date of birth"},
        {"year of birth", "date of birth"}, {"geburtsdatum", "date of birth"}, {"geburtstag", "date of birth"}, {"date de naissance", "date of birth"},
        {"fecha de nacimiento", "date of birth"}, {"marital status", "marital status"}, {"=marital", "marital status"}, {"nationality", "nationality"}, {"religion", "religion"},
        {"ethnicity", "ethnicity"}, {"=race", "ethnicity"}, {"social security", "social security number"}, {"=ssn", "social security number"}, {"ssn", "social security number"},
        {"national insurance", "social security number"}, {"sozialversicherungsnummer", "social security number"}, {"passport", "passport number"},
        {"driver license", "driving licence"}, {"driving licence", "driving licence"}, {"tax id person", "personal tax number"}, {"iban", "bank account"}, {"bank account", "bank account"},
        {"credit card", "payment card"}, {"card number", "payment card"}, {"=street", "street address"}, {"street", "street address"}, {"street address", "street address"},
        {"address line", "street address"}, {"address 1", "street address"}, {"address 2", "street address"}, {"=address", "street address"}, {"home address", "street address"},
        {"mailing address", "street address"}, {"billing address", "street address"}, {"shipping address", "street address"}, {"stra\xC3\x9F" "e", "street address"},
        {"strasse", "street address"}, {"hausnummer", "street address"}, {"anschrift", "street address"}, {"=adresse", "street address"}, {"=rue", "street address"},
        {"direcci\xC3\xB3n", "street address"}, {"=calle", "street address"}, {"ip address", "network address"}, {"=ip", "network address"}, {"skype", "account of a person"},
        {"linkedin profile", "account of a person"}, {"password", "password"}, {"latitude", "position"}, {"longitude", "position"},
    };
    static const struct personal of_persons[] = {
        {"=name", "name of a person"}, {"full name", "name of a person"}, {"display name", "name of a person"}, {"=person", "name of a person"}, {"=contact", "name of a person"},
        {"=lead", "name of a person"}, {"=nom", "name of a person"}, {"=nombre", "name of a person"}, {"username", "account of a person"}, {"user name", "account of a person"},
        {"twitter", "account of a person"}, {"linkedin", "account of a person"}, {"facebook", "account of a person"}, {"photo", "picture of a person"}, {"avatar", "picture of a person"},
        {"=age", "age"}, {"=signature", "signature"}, {"assistant", "name of a person"}, {"=title salutation", "salutation"}, {"postal code", "postal code of a person"},
        {"zip", "postal code of a person"}, {"plz", "postal code of a person"},
    };
    /* Counts, dates and switches about mail and telephone are no addresses. */
    static const char *const about[] = {"opt out", "optout", "opt in", "bounced", "bounce", "opened", "open rate", "click", "count", "date", "domain", "quarantined", "status",
                                        "last", "sent", "type", "eligible", "verified", "valid", "has", "number of", "delivered", "replied", "sends", "confirmation", "state", "city",
                                        "country", "consent", "calls", "do not"};
    struct icp__header h;
    unsigned rank;
    icp__header_split(header, &h);
    for (size_t i = 0; i < COUNT(always); i++)
        if (icp__header_has(&h, always[i].words)) {
            const char *what = always[i].what;
            const bool contact = strcmp(what, "e-mail address") == 0 || strcmp(what, "phone number") == 0 || strcmp(what, "street address") == 0;
            if (contact && header_has_any(header, about, COUNT(about), &rank)) continue;
            return what;
        }
    for (size_t i = 0; person && i < COUNT(of_persons); i++)
        if (icp__header_has(&h, of_persons[i].words)) return of_persons[i].what;
    return NULL;
}

unsigned icp__header_late(struct icp_str header) {
    static const char *const list[] = {"outcome", "result", "won", "lost", "stage", "status", "reason", "close", "closed", "resolution", "resolved", "churn", "churned", "cancelled",
                                       "canceled", "cancellation", "end", "ended", "final", "completed", "converted", "conversion", "renewed", "refund", "satisfaction",
                                       "feedback", "probability", "forecast", "win", "disposition", "completion", "duration", "escalated", "escalation", "paid", "ergebnis", "grund",
                                       "phase", "abgeschlossen", "r\xC3\xA9sultat", "motif", "statut", "\xC3\xA9tape", "etape", "resultado", "motivo", "estado", "etapa", "is open", "is active"};
    unsigned rank;
    return header_has_any(header, list, COUNT(list), &rank) ? rank : 0;
}

unsigned icp__header_event_kind(struct icp_str header) {
    static const char *const list[] = {"=type", "=event", "=event type", "=activity type", "=engagement type", "=kind", "=event name", "=action", "=activity", "=task type",
                                       "=task subtype", "round type", "funding round type", "=call type", "=meeting type", "=interaction type", "=event kind", "=type name",
                                       "event type", "activity type", "=stage", "=deal stage", "stage name", "=stage name", "=opportunity type", "=ticket type", "=case type",
                                       "=category", "=channel", "=art", "=typ", "=aktion", "=ereignis", "=tipo", "=accion", "type", "stage", "feature name", "=status"};
    unsigned rank;
    return header_has_any(header, list, COUNT(list), &rank) ? rank : 0;
}

bool icp__header_of_period(struct icp_str header) {
    static const char *const list[] = {"month", "quarter", "year", "week", "weekday", "monat", "quartal", "jahr", "woche", "mois", "trimestre", "ann\xC3\xA9\x65", "semaine",
                                       "mes", "a\xC3\xB1o", "semana"};
    struct icp__header h;
    icp__header_split(header, &h);
    /* The last word: "weeks seen" counts them. */
    for (size_t i = 0; h.words && i < COUNT(list); i++)
        if (same_word(nth(&h, h.words - 1), list[i], strlen(list[i]))) return true;
    return false;
}

unsigned icp__header_of_company(struct icp_str header) {
    static const char *const list[] = {"=industry", "=sector", "=domain", "company domain name", "=website", "=website url", "=homepage", "=homepage url", "number of employees",
                                       "=employees", "=employee count", "headcount", "annual revenue", "=revenue", "year established", "year founded", "founded", "founded at",
                                       "headquarters", "company size", "=company name", "=account name", "=naics", "naics code", "=sic", "sic code", "=duns", "ticker", "symbol",
                                       "crunchbase url", "linkedin company page", "total funding", "funding total", "subsidiary of", "parent account", "parent company", "office location",
                                       "billing country", "=branche", "mitarbeiterzahl", "=umsatz", "rechtsform", "effectif", "secteur", "empleados", "sub industry", "business model"};
    unsigned rank;
    if (!header_has_any(header, list, COUNT(list), &rank)) return 0;
    return rank <= 13 ? 3 : rank <= 28 ? 2 : 1;
}
