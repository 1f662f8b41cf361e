/* SPDX-License-Identifier: MIT */
/* Normalisers: known answers in spellings of the real world, properties, tables pinned by version, coverage of real columns. */
#include "base/bytes.h"
#include "base/hash.h"
#include "base/text.h"
#include "check_main.h"
#include "trait/extract.h"
#include "trait/family.h"
#include "trait/lexicon.h"
#include <icp/icp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static icp_context *ctx;
static void begin(void) { ck_assert_int_eq(icp_context_new(NULL, &ctx, NULL), ICP_OK); }
static void end(void) { icp_context_unref(ctx); }

/* The terms of a value as written, parted by '|'; "" = not known. */
static const char *terms_of(int id, const char *value, size_t n) {
    static char out[512];
    char folded[4096], room[ICP__TERM_ROOM];
    struct icp__terms t = {.count = 0, .room = room};
    size_t used = 0;
    n = icp__fold_value(value, n, folded, sizeof folded);
    icp__normalisers[id].terms(folded, n, &t);
    for (uint32_t i = 0; i < t.count; i++) used += (size_t)snprintf(out + used, sizeof out - used, "%s%.*s", i ? "|" : "", (int)t.term[i].size, t.term[i].data);
    out[used] = 0;
    return out;
}

struct row {
    const char *value, *terms;
};
static void check_rows(int id, const struct row *rows, size_t count) {
    for (size_t i = 0; i < count; i++) {
        const char *found = terms_of(id, rows[i].value, strlen(rows[i].value));
        ck_assert_msg(strcmp(found, rows[i].terms) == 0, "%s: \"%s\" gives \"%s\", expected \"%s\"", icp__normalisers[id].name, rows[i].value, found, rows[i].terms);
    }
}
#define CHECK_ROWS(id, t) check_rows(id, t, sizeof t / sizeof *t)

/* Each line: the sector and industry, then values that mean it. */
struct group {
    const char *terms, *values[40];
};
static void check_groups(int id, const struct group *groups, size_t count) {
    for (size_t i = 0; i < count; i++)
        for (size_t k = 0; k < 40 && groups[i].values[k]; k++) {
            const char *v = groups[i].values[k], *found = terms_of(id, v, strlen(v));
            ck_assert_msg(strcmp(found, groups[i].terms) == 0, "%s: \"%s\" gives \"%s\", expected \"%s\"", icp__normalisers[id].name, v, found, groups[i].terms);
        }
}
#define CHECK_GROUPS(id, t) check_groups(id, t, sizeof t / sizeof *t)

START_TEST(industries) {
    static const struct group groups[] = {
        {"software|technology", {"COMPUTER_SOFTWARE", "Computer Software", "Software Development", "SaaS", "software", "enterprise", "Application Software", "Logiciels", "Softwareentwicklung", "Desarrollo de software", "developer-tools", "DevTools", "Prepackaged software"}},
        {"it services|technology", {"INFORMATION_TECHNOLOGY_AND_SERVICES", "Information Technology & Services", "Information Technology and Services", "IT Services and IT Consulting", "IT Consulting & Other Services", "IT-Dienstleistungen", "Servicios de TI"}},
        {"internet|technology", {"INTERNET", "web", "search", "social", "messaging", "marketplace", "Technology, Information and Internet", "Interactive Media & Services", "photo_video"}},
        {"cloud|technology", {"network_hosting", "cloud-computing", "Internet Services & Infrastructure", "Data Center"}},
        {"data and ai|technology", {"analytics", "artificial-intelligence", "machine-learning", "Künstliche Intelligenz", "AI", "Business Intelligence"}},
        {"cybersecurity|technology", {"COMPUTER_NETWORK_SECURITY", "Computer & Network Security", "Cybersecurity", "IT-Sicherheit", "Ciberseguridad"}},
        {"hardware|technology", {"COMPUTER_HARDWARE", "hardware", "CONSUMER_ELECTRONICS", "nanotech", "IoT", "ELECTRICAL_ELECTRONIC_MANUFACTURING", "COMPUTER_NETWORKING", "Technology Hardware, Storage & Peripherals"}},
        {"semiconductors|technology", {"SEMICONDUCTORS", "semiconductor", "Semiconductor Materials & Equipment", "Halbleiter"}},
        {"technology", {"Information Technology", "Technology", "Technologie", "Tecnología", "Informatique", "hard-tech"}},
        {"telecommunications|communications", {"TELECOMMUNICATIONS", "WIRELESS", "Telekommunikation", "Integrated Telecommunication Services", "Télécommunications"}},
        {"media|communications", {"MEDIA_PRODUCTION", "BROADCAST_MEDIA", "NEWSPAPERS", "PUBLISHING", "news", "PRINTING", "INFORMATION_SERVICES", "Medien", "WRITING_AND_EDITING"}},
        {"entertainment|communications", {"ENTERTAINMENT", "MUSIC", "music", "MOTION_PICTURES_AND_FILM", "PERFORMING_ARTS", "GAMBLING_CASINOS", "Casinos & Gaming", "MUSEUMS_AND_INSTITUTIONS", "EVENTS_SERVICES", "ANIMATION", "FINE_ART"}},
        {"gaming|communications", {"COMPUTER_GAMES", "games_video", "Gaming", "Interactive Home Entertainment", "Videospiele", "Jeux vidéo"}},
        {"advertising and marketing|communications", {"MARKETING_AND_ADVERTISING", "advertising", "public_relations", "PUBLIC_RELATIONS_AND_COMMUNICATIONS", "MARKET_RESEARCH", "Werbung", "Marketing et publicité", "adtech", "marketing"}},
        {"communications", {"Communication Services"}},
        {"financials", {"Financials", "finance", "Finance & Insurance", "BFSI"}},
        {"financial services|financials", {"FINANCIAL_SERVICES", "Financial Services", "ACCOUNTING", "Consumer Finance", "Finanzdienstleistungen", "Servicios financieros", "Services financiers", "Transaction & Payment Processing Services"}},
        {"fintech|financials", {"FinTech", "fintech", "payments", "crypto-web3", "banking-as-a-service"}},
        {"banking|financials", {"BANKING", "INVESTMENT_BANKING", "Diversified Banks", "Regional Banks", "Banken", "Banque"}},
        {"insurance|financials", {"INSURANCE", "Property & Casualty Insurance", "Life & Health Insurance", "Versicherungen", "Assurance", "Seguros", "InsurTech"}},
        {"investment|financials", {"INVESTMENT_MANAGEMENT", "CAPITAL_MARKETS", "VENTURE_CAPITAL_PRIVATE_EQUITY", "Venture Capital & Private Equity", "Asset Management & Custody Banks", "Hedge Funds"}},
        {"health", {"Health Care", "healthcare", "Life Sciences", "Gesundheitswesen", "health", "Santé"}},
        {"healthcare providers|health", {"HOSPITAL_HEALTH_CARE", "Hospital & Health Care", "MEDICAL_PRACTICE", "medical", "MENTAL_HEALTH_CARE", "ALTERNATIVE_MEDICINE", "VETERINARY", "Managed Health Care", "Krankenhaus"}},
        {"health technology|health", {"HealthTech", "digital-health", "Health Care Technology", "telemedicine"}},
        {"medical devices|health", {"MEDICAL_DEVICES", "Health Care Equipment", "Health Care Supplies", "Medizintechnik", "diagnostics"}},
        {"biotechnology|health", {"BIOTECHNOLOGY", "biotech", "genomics", "Life Sciences Tools & Services", "synthetic-biology", "Biotecnología"}},
        {"pharmaceuticals|health", {"PHARMACEUTICALS", "Pharma", "Industria farmacéutica", "Pharmaindustrie"}},
        {"wellness and fitness|consumer", {"HEALTH_WELLNESS_AND_FITNESS", "Health, Wellness and Fitness", "SPORTS", "sports", "SPORTING_GOODS", "Leisure"}},
        {"consumer goods|consumer", {"CONSUMER_GOODS", "COSMETICS", "FURNITURE", "LUXURY_GOODS_JEWELRY", "TOBACCO", "Household Products", "FMCG", "Konsumgüter"}},
        {"apparel and fashion|consumer", {"APPAREL_FASHION", "fashion", "TEXTILES", "Apparel, Accessories & Luxury Goods", "Footwear", "Mode"}},
        {"retail|consumer", {"RETAIL", "SUPERMARKETS", "Broadline Retail", "Einzelhandel", "Commerce de détail", "Automotive Retail", "Food Retail"}},
        {"e-commerce|consumer", {"ecommerce", "E-Commerce", "e-commerce", "Onlinehandel", "Commerce électronique", "Online Retail"}},
        {"consumer", {"Consumer Discretionary", "Consumer Staples", "CONSUMER_SERVICES", "pets", "consumer"}},
        {"hospitality|consumer", {"HOSPITALITY", "RESTAURANTS", "Hotels, Resorts & Cruise Lines", "Gastronomie", "Hôtellerie"}},
        {"travel|consumer", {"LEISURE_TRAVEL_TOURISM", "travel", "Leisure, Travel & Tourism", "Tourismus"}},
        {"real estate|real estate and construction", {"REAL_ESTATE", "COMMERCIAL_REAL_ESTATE", "real_estate", "Retail REITs", "proptech", "Immobilien", "Immobilier", "Inmobiliaria"}},
        {"construction|real estate and construction", {"CONSTRUCTION", "BUILDING_MATERIALS", "Homebuilding", "Construction & Engineering", "Baugewerbe", "Construcción", "GLASS_CERAMICS_CONCRETE"}},
        {"manufacturing|industrials", {"manufacturing", "PLASTICS", "PACKAGING_AND_CONTAINERS", "Metal, Glass & Plastic Containers", "Verarbeitendes Gewerbe"}},
        {"machinery|industrials", {"MACHINERY", "INDUSTRIAL_AUTOMATION", "MECHANICAL_OR_INDUSTRIAL_ENGINEERING", "Maschinenbau", "Electrical Components & Equipment"}},
        {"industrials", {"Industrials", "Industrial Conglomerates"}},
        {"aerospace and defense|industrials", {"AVIATION_AEROSPACE", "DEFENSE_SPACE", "MILITARY", "Aerospace & Defense", "SHIPBUILDING", "Luft- und Raumfahrt"}},
        {"automotive|industrials", {"AUTOMOTIVE", "automotive", "Automobile Manufacturers", "Automotive Parts & Equipment", "Automobilindustrie", "electric-vehicles"}},
        {"transportation|industrials", {"TRANSPORTATION_TRUCKING_RAILROAD", "AIRLINES_AVIATION", "MARITIME", "transportation", "Passenger Airlines", "Transportation/Trucking/Railroad"}},
        {"logistics|industrials", {"LOGISTICS_AND_SUPPLY_CHAIN", "PACKAGE_FREIGHT_DELIVERY", "WAREHOUSING", "logistics", "Logistik", "supply-chain", "Air Freight & Logistics"}},
        {"wholesale|industrials", {"WHOLESALE", "IMPORT_AND_EXPORT", "Großhandel", "Trading Companies & Distributors", "Distributors"}},
        {"business services", {"OUTSOURCING_OFFSHORING", "FACILITIES_SERVICES", "SECURITY_AND_INVESTIGATIONS", "services", "BUSINESS_SUPPLIES_AND_EQUIPMENT"}},
        {"professional services|business services", {"PROFESSIONAL_TRAINING_COACHING", "Professional Services", "Research & Consulting Services"}},
        {"consulting|business services", {"MANAGEMENT_CONSULTING", "consulting", "THINK_TANKS", "Unternehmensberatung", "Conseil"}},
        {"legal|business services", {"LAW_PRACTICE", "LEGAL_SERVICES", "legal", "JUDICIARY", "ALTERNATIVE_DISPUTE_RESOLUTION"}},
        {"human resources|business services", {"HUMAN_RESOURCES", "STAFFING_AND_RECRUITING", "Human Resource & Employment Services", "employment", "recruiting"}},
        {"architecture and design|business services", {"ARCHITECTURE_PLANNING", "DESIGN", "GRAPHIC_DESIGN", "design"}},
        {"engineering|business services", {"CIVIL_ENGINEERING", "Ingenieurbüro"}},
        {"energy", {"Energy", "Energie", "Energy & Utilities"}},
        {"oil and gas|energy", {"OIL_ENERGY", "Oil & Gas Exploration & Production", "Integrated Oil & Gas", "Oil, Gas & Consumable Fuels"}},
        {"utilities|energy", {"UTILITIES", "Electric Utilities", "Multi-Utilities", "Stadtwerke"}},
        {"renewable energy|energy", {"RENEWABLES_ENVIRONMENT", "cleantech", "climate", "solar-power", "Erneuerbare Energien"}},
        {"environment|energy", {"ENVIRONMENTAL_SERVICES", "Recycling", "Entsorgung"}},
        {"materials", {"Materials"}},
        {"chemicals|materials", {"CHEMICALS", "Specialty Chemicals", "Chemie", "Industrial Gases"}},
        {"metals and mining|materials", {"MINING_METALS", "Steel", "Gold", "Copper", "Bergbau"}},
        {"paper and forest products|materials", {"PAPER_FOREST_PRODUCTS", "Papierindustrie"}},
        {"agriculture|agriculture and food", {"FARMING", "FISHERY", "DAIRY", "RANCHING", "Agriculture", "Landwirtschaft"}},
        {"food and beverage|agriculture and food", {"FOOD_BEVERAGES", "FOOD_PRODUCTION", "WINE_AND_SPIRITS", "Packaged Foods & Meats", "food-&-beverage", "Brewers", "Lebensmittel"}},
        {"education|public and social", {"HIGHER_EDUCATION", "EDUCATION_MANAGEMENT", "E_LEARNING", "PRIMARY_SECONDARY_EDUCATION", "EdTech", "education", "LIBRARIES", "Bildung"}},
        {"government|public and social", {"GOVERNMENT_ADMINISTRATION", "GOVERNMENT_RELATIONS", "LAW_ENFORCEMENT", "PUBLIC_SAFETY", "PUBLIC_POLICY", "POLITICAL_ORGANIZATION", "INTERNATIONAL_AFFAIRS", "LEGISLATIVE_OFFICE", "EXECUTIVE_OFFICE", "government", "Öffentliche Verwaltung"}},
        {"nonprofit|public and social", {"NON_PROFIT_ORGANIZATION_MANAGEMENT", "RELIGIOUS_INSTITUTIONS", "CIVIC_SOCIAL_ORGANIZATION", "PHILANTHROPY", "FUND_RAISING", "INDIVIDUAL_FAMILY_SERVICES", "nonprofit", "Verein"}},
        {"research|public and social", {"RESEARCH", "Forschung", "R&D"}},
        {"", {"mobile", "other", "unknown", "x", "", "Software for dentists in Ohio", "acme", "a very long value that is no industry at all but goes on and on and on", "software; hardware", "security"}},
    };
    CHECK_GROUPS(ICP__NORMALISER_INDUSTRY, groups);
}
END_TEST

START_TEST(codes) {
    static const struct row naics[] = {
        {"51", "51|communications"}, {"511210", "51|511|5112|software|technology"}, {"5112", "51|511|5112|software|technology"},
        {"513210 - Software Publishers", "51|513|5132|software|technology"}, {"541512", "54|541|5415|it services|technology"},
        {"522110", "52|522|5221|banking|financials"}, {"31-33", "31|manufacturing|industrials|31-33"}, {"325412", "32|325|3254|pharmaceuticals|health|31-33"},
        {"336111", "33|336|3361|automotive|industrials|31-33"}, {"44-45 Retail Trade", "44|retail|consumer|44-45"}, {"454110", "45|454|4541|e-commerce|consumer|44-45"},
        {"484121", "48|484|4841|logistics|industrials|48-49"}, {"62", "62|healthcare providers|health"}, {"999999", ""}, {"510000", ""}, {"5", ""}, {"1234567", ""},
        {"51x", ""}, {"software", ""}, {"", ""}};
    static const struct row sic[] = {
        {"7372", "73|737|software|technology"}, {"73", "73|business services"}, {"6021", "60|602|banking|financials"}, {"2834", "28|283|pharmaceuticals|health"},
        {"2836", "28|283|biotechnology|health"}, {"3674", "36|367|semiconductors|technology"}, {"0111", "01|011|agriculture|agriculture and food"},
        {"4813: Telephone", "48|481|telecommunications|communications"}, {"99", ""}, {"7", ""}, {"73721", ""}};
    static const struct row gics[] = {
        {"45", "45|technology"}, {"45103010", "45|4510|451030|software|technology"}, {"40101010", "40|4010|401010|banking|financials"}, {"60", "60|real estate|real estate and construction"},
        {"Health Care", "health"}, {"Semiconductors", "semiconductors|technology"}, {"11", ""}, {"451", ""}};
    static const struct row nace[] = {
        {"62.01", "62|620|software|technology"}, {"62.01Z", "62|620|software|technology"}, {"J62", "62|it services|technology"}, {"J 62.02", "62|620|it services|technology"},
        {"47.91", "47|479|e-commerce|consumer"}, {"K", "k|financials"}, {"C - Manufacturing", "c|manufacturing|industrials"}, {"01.11", "01|011|agriculture|agriculture and food"},
        {"6419", "64|641|banking|financials"}, {"04", ""}, {"Software", ""}};
    CHECK_ROWS(ICP__NORMALISER_NAICS, naics);
    CHECK_ROWS(ICP__NORMALISER_SIC, sic);
    CHECK_ROWS(ICP__NORMALISER_GICS, gics);
    CHECK_ROWS(ICP__NORMALISER_NACE, nace);
}
END_TEST

START_TEST(bands) {
    static const struct row employees[] = {
        {"51-200 employees", "51-200"}, {"51 to 200", "51-200"}, {"51\xE2\x80\x93" "200", "51-200"}, {"1K-5K", "1000-5000"}, {"1,001-5,000 employees", "1001-5000"},
        {"10,001+", "10001+"}, {"over 10,001", "10001+"}, {"10001 or more", "10001+"}, {">10000", "10000+"}, {"< 10", "<10"}, {"up to 10", "<10"},
        {"less than 10 employees", "<10"}, {"A", "1"}, {"D", "51-200"}, {"I", "10001+"}, {"Self-employed", "1"}, {"SMB", "smb"}, {"Small and medium business", "smb"},
        {"Mid-Market", "mid-market"}, {"midmarket", "mid-market"}, {"Mid Market", "mid-market"}, {"Enterprise", "enterprise"}, {"ENT", "enterprise"}, {"large", "large"},
        {"medium", "mid-market"}, {"tiny", "micro"}, {"startup", "startup"}, {"KMU", "smb"}, {"mehr als 500 Mitarbeiter", "500+"}, {"zwischen 50 und 100", "50-100"},
        {"200", ""}, {"a few", ""}, {"", ""}};
    static const struct row revenue[] = {
        {"$10M-$50M", "10000000-50000000"}, {"$10M to $50M", "10000000-50000000"}, {"$1-5M", "1000000-5000000"}, {"over $1B", "1000000000+"}, {"$1B+", "1000000000+"},
        {"under $1 million", "<1000000"}, {"< 500k", "<500000"}, {"\xE2\x82\xAC" "1 Mio - \xE2\x82\xAC" "5 Mio", "1000000-5000000"}, {"$5M", ""}, {"enterprise", ""}};
    static const struct { const char *text; double number; } letters[] = {
        {"A", 1}, {"b", 5.5}, {"C", 30.5}, {"D", 125.5}, {"E", 350.5}, {"F", 750.5}, {"G", 3000.5}, {"H", 7500.5}, {"I", 10001}, {"myself only", 1}};
    CHECK_ROWS(ICP__NORMALISER_EMPLOYEES, employees);
    CHECK_ROWS(ICP__NORMALISER_REVENUE, revenue);
    for (size_t i = 0; i < sizeof letters / sizeof *letters; i++) {
        double v = 0;
        ck_assert(icp__normalise_number(ICP__NORMALISER_EMPLOYEES, letters[i].text, strlen(letters[i].text), &v));
        ck_assert(v == letters[i].number);
    }
    double v;
    ck_assert(!icp__normalise_number(ICP__NORMALISER_EMPLOYEES, "enterprise", 10, &v));
    ck_assert(!icp__normalise_number(ICP__NORMALISER_REVENUE, "A", 1, &v));
}
END_TEST

START_TEST(stages) {
    static const struct group groups[] = {
        {"pre-seed", {"Pre-Seed", "pre_seed", "PRE SEED", "preseed"}},
        {"seed", {"Seed", "SEED", "Seed Round", "seed funding", "Seed+"}},
        {"angel", {"angel", "Angel Round", "ANGEL"}},
        {"series a", {"Series A", "series-a", "SERIES_A", "A Round", "Series A1", "Series A-1", "Series A+", "Round A", "A", "Serie A"}},
        {"series b", {"Series B", "series-b", "B round", "SERIES_B"}},
        {"series c", {"series-c+", "Series C", "SERIES_C", "C Round"}},
        {"series d", {"Series D", "series_d"}}, {"series e", {"Series E"}}, {"series f", {"Series F"}}, {"series g", {"Series G"}}, {"series h", {"Series H"}},
        {"venture", {"Venture - Series Unknown", "venture", "Venture Round", "VC", "Unattributed VC"}},
        {"early stage", {"Early Stage Venture", "early stage", "Early", "Startup"}},
        {"growth", {"Growth", "Growth Equity", "scale-up", "Expansion"}},
        {"late stage", {"Late Stage Venture", "late-stage", "Pre-IPO", "mature"}},
        {"private equity", {"Private Equity", "private-equity", "PRIVATE_EQUITY", "PE", "LBO", "Buyout"}},
        {"public", {"IPO", "public", "Public Company", "Post-IPO Equity", "post-ipo", "Publicly traded", "Börsennotiert"}},
        {"post-ipo debt", {"Post-IPO Debt", "post_ipo_debt"}},
        {"private", {"Private", "privately held"}},
        {"bootstrapped", {"Bootstrapped", "self-funded", "no funding"}},
        {"debt", {"Debt Financing", "debt_financing", "debt", "Venture Debt"}},
        {"convertible note", {"Convertible Note", "convertible_note", "SAFE", "Bridge"}},
        {"grant", {"Grant", "grant"}}, {"crowdfunding", {"crowdfunding", "Equity Crowdfunding", "equity_crowdfunding"}},
        {"corporate round", {"Corporate Round", "corporate_round"}}, {"secondary market", {"Secondary Market", "secondary_market"}},
        {"initial coin offering", {"Initial Coin Offering", "ICO"}}, {"non-equity assistance", {"Non-equity Assistance", "non_equity_assistance"}},
        {"funding round", {"Undisclosed", "undisclosed"}}, {"acquired", {"Acquired", "M&A", "Merger"}}, {"closed", {"closed", "Out of business", "Inactive"}},
        {"operating", {"operating", "Active"}}, {"", {"other", "customer", "lead", "opportunity", "W21"}},
    };
    CHECK_GROUPS(ICP__NORMALISER_STAGE, groups);
}
END_TEST

START_TEST(technologies) {
    static const struct group groups[] = {
        {"kubernetes", {"k8s", "Kubernetes", "K8S", "kube"}}, {"aws", {"AWS", "Amazon Web Services", "amazon aws"}}, {"node.js", {"node", "Node.js", "NodeJS", "nodejs", "node js"}},
        {"go", {"Go", "golang", "GoLang"}}, {"postgresql", {"postgres", "PostgreSQL", "Postgre SQL", "pgsql", "PSQL"}},
        {"microsoft sql server", {"MS SQL", "SQL Server", "MSSQL", "Microsoft SQL Server", "MS SQL Server"}}, {"google cloud", {"GCP", "Google Cloud", "Google Cloud Platform"}},
        {"react", {"reactjs", "React.js", "React", "react js"}}, {"react native", {"react-native", "React Native", "ReactNative"}}, {"vue.js", {"vue", "Vue.js", "VueJS"}},
        {"javascript", {"JS", "JavaScript", "java script"}}, {"typescript", {"TS", "TypeScript"}}, {".net", {".NET", "dotnet", ".net framework"}}, {"c#", {"C#", "csharp"}},
        {"c++", {"C++", "cpp"}}, {"ruby on rails", {"Rails", "RoR", "Ruby on Rails"}}, {"microsoft 365", {"Office 365", "O365", "Microsoft 365"}},
        {"google workspace", {"G Suite", "Google Apps", "Google Workspace"}}, {"salesforce", {"Salesforce.com", "SFDC", "Salesforce CRM"}}, {"hubspot", {"HubSpot", "HubSpot CRM"}},
        {"google analytics", {"GA", "Google Analytics", "Universal Analytics"}}, {"microsoft dynamics", {"Dynamics 365", "MS Dynamics"}}, {"wordpress", {"WordPress", "Word Press"}},
        {"machine learning", {"ML", "machine learning"}}, {"sap s/4hana", {"S/4HANA", "SAP S/4HANA", "S4HANA"}}, {"azure", {"Microsoft Azure", "azure"}},
        {"objective-c", {"Objective-C", "Obj-C"}}, {"", {"cloud", "our own", "x"}},
    };
    CHECK_GROUPS(ICP__NORMALISER_TECHNOLOGY, groups);
}
END_TEST

START_TEST(departments) {
    static const struct group groups[] = {
        {"engineering", {"Senior Backend Engineer (m/w/d)", "Software Engineer, Marketing Technology", "Full-Stack Developer", "Staff Software Engineer", "Engineering Manager", "VP Engineering", "DevOps Engineer", "Platform Engineer", "Softwareentwickler (w/m/d)", "Ingénieur logiciel", "iOS Developer", "CTO", "Site Reliability Engineer - EMEA"}},
        {"data", {"Data Scientist", "Senior Data Engineer", "Machine Learning Engineer", "Marketing Data Analyst", "Head of Data", "BI Developer"}},
        {"product", {"Product Manager", "Senior Product Manager, Payments", "Group Product Manager", "Product Owner", "Produktmanager (m/w/d)", "VP of Product"}},
        {"design", {"UX Designer", "Senior Product Designer", "Graphic Designer", "Art Director", "Grafikdesigner (m/w/d)"}},
        {"sales", {"Account Executive", "Enterprise Account Executive - DACH", "Sales Engineer", "SDR", "VP Sales", "Sales Operations Manager", "Business Development Representative", "Vertriebsmitarbeiter (m/w/d)", "Key Account Manager", "Head of Sales"}},
        {"marketing", {"Product Marketing Manager", "Head of Marketing", "Content Marketing Manager", "Growth Marketing Lead", "Social Media Manager", "CMO"}},
        {"customer success", {"Customer Success Manager", "Senior Customer Success Manager (Remote)", "Implementation Consultant", "Onboarding Specialist"}},
        {"support", {"Customer Support Specialist", "Technical Support Engineer", "Kundenservice Mitarbeiter", "Support Engineer"}},
        {"finance", {"Accountant", "Financial Analyst", "CFO", "Head of Finance", "Buchhalter (m/w/d)", "FP&A Manager"}},
        {"people", {"Recruiter", "Technical Recruiter", "HR Business Partner", "People Operations Manager", "Talent Acquisition Lead", "Personalreferent (m/w/d)"}},
        {"legal", {"Legal Counsel", "General Counsel", "Compliance Officer", "Data Protection Officer"}},
        {"operations", {"Operations Manager", "Office Manager", "Chief of Staff", "Project Manager", "Supply Chain Manager", "Projektleiter (m/w/d)"}},
        {"it and security", {"Security Engineer", "IT Support Specialist", "CISO", "Systems Administrator", "Systemadministrator (m/w/d)", "Information Security Analyst"}},
        {"research", {"Research Scientist", "Research Engineer", "Wissenschaftlicher Mitarbeiter", "Postdoctoral Fellow"}},
        {"executive", {"CEO", "Founder & CEO", "Managing Director", "Geschäftsführer (m/w/d)"}},
        {"", {"Manager", "Lead", "", "m/w/d", "Analyst"}},
    };
    CHECK_GROUPS(ICP__NORMALISER_DEPARTMENT, groups);
    ck_assert_str_eq(icp__normalisers[ICP__NORMALISER_DEPARTMENT].name, "department");
}
END_TEST

START_TEST(places) {
    static const struct row state[] = {
        {"CA", "us-ca"}, {"California", "us-ca"}, {"US-CA", "us-ca"}, {"New York", "us-ny"}, {"NY", "us-ny"}, {"D.C.", "us-dc"}, {"ON", "ca-on"}, {"Ontario", "ca-on"}, {"Qu\xC3\xA9" "bec", "ca-qc"},
        {"Bayern", "de-by"}, {"Bavaria", "de-by"}, {"BY", "de-by"}, {"NRW", "de-nw"}, {"Baden-W\xC3\xBCrttemberg", "de-bw"}, {"Baden-Wuerttemberg", "de-bw"}, {"NSW", "au-nsw"},
        {"Karnataka", "in-ka"}, {"Z\xC3\xBCrich", "ch-zh"}, {"XX", ""}, {"us-xx", ""}, {"Atlantis", ""}, {"", ""}};
    static const struct row city[] = {
        {"NYC", "new york"}, {"New York City", "new york"}, {"New York", "new york"}, {"SF Bay Area", "san francisco bay area"}, {"SF Bay", "san francisco bay area"}, {"Silicon Valley", "san francisco bay area"},
        {"M\xC3\xBCnchen", "munich"}, {"Muenchen", "munich"}, {"Munich", "munich"}, {"Bangalore", "bengaluru"}, {"Bengaluru", "bengaluru"}, {"Bombay", "mumbai"}, {"K\xC3\xB6ln", "cologne"},
        {"Frankfurt am Main", "frankfurt"}, {"S\xC3\xA3o Paulo", "s\xC3\xA3o paulo"}, {"Sao Paulo", "s\xC3\xA3o paulo"}, {"Washington, D.C.", "washington"}, {"St. Louis", "saint louis"}, {"Saint Louis", "saint louis"},
        {"Tel Aviv-Yafo", "tel aviv"}, {"Kiev", "kyiv"}, {"Wien", "vienna"}, {"Springfield", ""}, {"", ""}};
    static const struct row place[] = {
        {"United Kingdom", "gb"}, {"India", "in"}, {"USA", "us"}, {"uk", "gb"}, {"Bangalore", "bengaluru"}, {"Texas", "us-tx"}, {"CA", ""}, {"IN", ""}, {"DE", ""}, {"Nowhere", ""}, {"", ""}};
    CHECK_ROWS(ICP__NORMALISER_STATE, state);
    CHECK_ROWS(ICP__NORMALISER_CITY, city);
    CHECK_ROWS(ICP__NORMALISER_PLACE, place);
}
END_TEST

/* A term means itself: normalising twice is normalising once. */
START_TEST(terms_are_their_own_spelling) {
    static const struct { int id; const struct icp__lexicon *l; } tables[] = {
        {ICP__NORMALISER_INDUSTRY, &icp__lexicon_industry}, {ICP__NORMALISER_STAGE, &icp__lexicon_stage}, {ICP__NORMALISER_TECHNOLOGY, &icp__lexicon_technology},
        {ICP__NORMALISER_STATE, &icp__lexicon_state}, {ICP__NORMALISER_CITY, &icp__lexicon_city}, {ICP__NORMALISER_EMPLOYEES, &icp__lexicon_segment}};
    size_t checked = 0;
    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++)
        for (uint32_t key = 0; key < tables[i].l->keys; key++) {
            const struct icp_str first = icp__lexicon_term(tables[i].l, (int32_t)key, 0);
            char term[128], own[512];
            snprintf(term, sizeof term, "%.*s", (int)first.size, first.data);
            snprintf(own, sizeof own, "%s", terms_of(tables[i].id, term, first.size));
            if (tables[i].id == ICP__NORMALISER_EMPLOYEES && strcmp(term, "1") == 0) continue; /* one, a number */
            ck_assert_msg(strncmp(own, term, first.size) == 0 && (own[first.size] == 0 || own[first.size] == '|'), "%s: \"%s\" gives \"%s\"", tables[i].l->name, term, own);
            checked++;
        }
    ck_assert_uint_gt(checked, 4500);
}
END_TEST

/* Every key of every table is found by its own spelling, and no other length of it. */
START_TEST(every_key_is_found) {
    size_t keys = 0;
    for (size_t i = 0; i < icp__lexicon_count; i++) {
        const struct icp__lexicon *l = icp__lexicons[i];
        for (uint32_t k = 0; k < l->keys; k++, keys++) {
            const struct icp_str s = icp__lexicon_spelling(l, (int32_t)k);
            char key[ICP__LEXICON_KEY];
            ck_assert_int_eq(icp__lexicon_find(l, s.data, s.size), (int32_t)k);
            ck_assert_msg(icp__lexicon_key(s.data, s.size, key, sizeof key, true) == s.size && memcmp(key, s.data, s.size) == 0, "%s: \"%.*s\" is no key", l->name, (int)s.size, s.data);
            ck_assert_uint_gt(icp__lexicon_term(l, (int32_t)k, 0).size, 0);
        }
    }
    ck_assert_uint_gt(keys, 6000);
}
END_TEST

START_TEST(keys_are_words_without_signs) {
    static const struct row rows[] = {
        {"oil & gas", "oil gas"}, {"oil and gas", "oil gas"}, {"oil/gas", "oil gas"}, {"  ", ""}, {"and", ""}, {"c++", "c++"}, {"c #", "c"}, {".net", ".net"}, {"node.js", "node js"},
        {"driver's", "drivers"}, {"driver\xE2\x80\x99s", "drivers"}, {"(a)", "a"}, {"...", ""}, {"a - b", "a b"}, {"r&d", "r d"}, {"m\xC3\xBCnchen!", "m\xC3\xBCnchen"}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char key[ICP__LEXICON_KEY];
        size_t n = icp__lexicon_key(rows[i].value, strlen(rows[i].value), key, sizeof key, true);
        ck_assert_msg(n == strlen(rows[i].terms) && memcmp(key, rows[i].terms, n) == 0, "\"%s\": \"%.*s\"", rows[i].value, (int)n, key);
    }
    /* Too long: none, or what fits. */
    char longer[80], key[16];
    memset(longer, 'x', sizeof longer);
    memcpy(longer, "one two three ", 14);
    ck_assert_uint_eq(icp__lexicon_key(longer, sizeof longer, key, sizeof key, true), 0);
    ck_assert_uint_eq(icp__lexicon_key(longer, sizeof longer, key, sizeof key, false), 13);
    ck_assert_uint_eq(icp__lexicon_key(longer, 13, key, 13, true), 13);
}
END_TEST

/* A version never changes what it says: whoever changes a table makes a version. */
START_TEST(tables_are_pinned) {
    static const struct { uint32_t version; const char *sha256; } pinned[] = {
        {1, "3be4edad633756545c7abba035fde7812525cce91ad74817e7f2e5524dd87181"},
        {2, "f02e5bc13b90c31f4c697a2cdfd5db5e59cb5f5833b554a520a4c77508d2796f"}};
    for (size_t i = 0; i < 2; i++) {
        struct icp__bytes b;
        struct icp__sha256 h;
        uint8_t sum[32];
        char hex[65];
        icp__bytes_init(&b, ctx);
        icp__tables_write(pinned[i].version, &b);
        ck_assert(!b.failed && b.size > 1000);
        icp__sha256_init(&h);
        icp__sha256_add(&h, b.data, b.size);
        icp__sha256_finish(&h, sum);
        for (int k = 0; k < 32; k++) snprintf(hex + 2 * k, 3, "%02x", sum[k]);
        ck_assert_msg(strcmp(hex, pinned[i].sha256) == 0, "tables of extraction version %u: %s, pinned %s", pinned[i].version, hex, pinned[i].sha256);
        icp__bytes_free(&b);
    }
    ck_assert_uint_eq(ICP__EXTRACTION, 2);
}
END_TEST

static void render(int kind, int id, int adds, const char *cell, char *out, size_t cap) {
    struct icp__scratch s;
    struct icp__column column = {.kind = kind, .normaliser = (uint8_t)id, .adds = (uint8_t)adds, .separator = ';', .decimal = '.'};
    struct icp__cell c = {cell, strlen(cell)};
    size_t n = 0;
    icp__scratch_init(&s, ctx);
    icp__extraction_find(2)->of_kind[kind](&column, 3, &c, &s);
    out[0] = 0;
    for (size_t i = 0; kind != ICP_KIND_NUMBER && i < s.tokens_used; i++) {
        n += (size_t)snprintf(out + n, cap - n, "%s%c%.*s", i ? "|" : "", "?=:~"[s.tokens[i].kind], (int)s.tokens[i].size, s.tokens[i].data);
        ck_assert_uint_eq(s.tokens[i].hash, icp__hash(s.tokens[i].data, s.tokens[i].size, 3));
    }
    if (kind == ICP_KIND_NUMBER) snprintf(out, cap, "%g", s.number);
    icp__scratch_free(&s);
}

START_TEST(terms_replace_or_stand_beside) {
    static const struct { int kind, id, adds; const char *cell, *expected; } rows[] = {
        {ICP_KIND_CATEGORY, ICP__NORMALISER_INDUSTRY, 1, "Computer Software", "=computer software|~computer|~software|:software|:technology"},
        {ICP_KIND_CATEGORY, ICP__NORMALISER_INDUSTRY, 0, "Computer Software", "=software|:technology"},
        {ICP_KIND_CATEGORY, ICP__NORMALISER_INDUSTRY, 1, "software", "=software|:technology"},
        {ICP_KIND_CATEGORY, ICP__NORMALISER_INDUSTRY, 1, "no industry", "=no industry|~no|~industry"},
        {ICP_KIND_CATEGORY, ICP__NORMALISER_NAICS, 1, "511210", "=511210|:51|:511|:5112|:software|:technology"},
        {ICP_KIND_CATEGORY, ICP__NORMALISER_NAICS, 1, "51", "=51|:communications"},
        {ICP_KIND_CATEGORY, ICP__NORMALISER_STATE, 0, "California", "=us-ca"},
        {ICP_KIND_CATEGORY, ICP__NORMALISER_STATE, 1, "California", "=california|:us-ca"},
        {ICP_KIND_CATEGORY, ICP__NORMALISER_COUNTRY, 0, "Germany", "=de"},
        {ICP_KIND_CATEGORY, ICP__NORMALISER_COUNTRY, 1, "Germany", "=germany|:de"},
        {ICP_KIND_CATEGORY, ICP__NORMALISER_STAGE, 0, "SERIES_A", "=series a|~series|~a"},
        {ICP_KIND_CATEGORY, ICP__NORMALISER_EMPLOYEES, 0, "1K-5K", "=1000-5000"},
        {ICP_KIND_LIST, ICP__NORMALISER_TECHNOLOGY, 0, "k8s;Golang;own thing", ":kubernetes|:go|:own thing"},
        {ICP_KIND_LIST, ICP__NORMALISER_TECHNOLOGY, 1, "k8s;own thing", ":k8s|:kubernetes|:own thing"},
        {ICP_KIND_LIST, ICP__NORMALISER_DEPARTMENT, 1, "Senior Backend Engineer (m/w/d);CFO", ":senior backend engineer (m/w/d)|:engineering|:cfo|:finance"},
        {ICP_KIND_LIST, ICP__NORMALISER_PLACE, 1, "Bengaluru; India", ":bengaluru|:india|:in"},
        {ICP_KIND_LIST, ICP__NORMALISER_COUNTRY, 0, "Germany; Nowhere; USA", ":de|:nowhere|:us"},
        {ICP_KIND_LIST, ICP__NORMALISER_COUNTRY, 1, "Germany;fr;USA", ":germany|:de|:fr|:usa|:us"},
        {ICP_KIND_NUMBER, ICP__NORMALISER_EMPLOYEES, 0, "D", "125.5"},
        {ICP_KIND_NUMBER, ICP__NORMALISER_EMPLOYEES, 0, "51-200", "125.5"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char found[512];
        render(rows[i].kind, rows[i].id, rows[i].adds, rows[i].cell, found, sizeof found);
        ck_assert_msg(strcmp(found, rows[i].expected) == 0, "row %zu \"%s\": \"%s\", expected \"%s\"", i, rows[i].cell, found, rows[i].expected);
    }
}
END_TEST

/* Any bytes: no read beyond the value, terms inside their bounds, the same answer twice; ICP_FUZZ_ROUNDS for longer. */
START_TEST(any_bytes_are_safe) {
    const char *more = getenv("ICP_FUZZ_ROUNDS");
    const uint64_t rounds = more ? strtoull(more, NULL, 10) : 100000;
    uint64_t seed = 11;
    for (uint64_t r = 0; r < rounds; r++) {
        char text[400];
        size_t n = 0, pieces = (seed = icp__hash(&r, 8, seed)) % 6;
        for (size_t i = 0; i < pieces; i++) {
            seed = icp__hash(&seed, 8, 3);
            const struct icp__lexicon *l = icp__lexicons[seed % icp__lexicon_count];
            const struct icp_str s = icp__lexicon_spelling(l, (int32_t)((seed >> 8) % l->keys));
            if (seed >> 62) memcpy(text + n, s.data, s.size), n += s.size;
            text[n++] = (char)(seed >> 40);
        }
        char *value = malloc(n ? n : 1);
        memcpy(value, text, n);
        for (int id = 1; id < ICP__NORMALISER_COUNT; id++) {
            char room[2][ICP__TERM_ROOM];
            struct icp__terms t[2] = {{.count = 0, .room = room[0]}, {.count = 0, .room = room[1]}};
            for (int k = 0; k < 2; k++) icp__normalisers[id].terms(value, n, &t[k]);
            ck_assert_uint_eq(t[0].count, t[1].count);
            ck_assert_uint_le(t[0].count, 8);
            for (uint32_t k = 0; k < t[0].count; k++) {
                ck_assert_uint_gt(t[0].term[k].size, 0);
                ck_assert_uint_le(t[0].term[k].size, ICP__TERM_ROOM);
                ck_assert(icp__utf8_valid(t[0].term[k].data, t[0].term[k].size));
                ck_assert(t[0].term[k].size == t[1].term[k].size && memcmp(t[0].term[k].data, t[1].term[k].data, t[0].term[k].size) == 0);
            }
        }
        free(value);
    }
}
END_TEST

/* What a version-1 schema may say. */
START_TEST(version_1_knows_countries_alone) {
    static const struct { const char *json, *error; } rows[] = {
        {"{\"schema\":1,\"extraction\":1,\"columns\":[{\"name\":\"x\",\"kind\":\"category\",\"normaliser\":\"country\"}]}", NULL},
        {"{\"schema\":1,\"extraction\":1,\"columns\":[{\"name\":\"x\",\"kind\":\"category\",\"normaliser\":\"industry\"}]}", "unknown normaliser \"industry\"; known: none, country"},
        {"{\"schema\":1,\"extraction\":1,\"columns\":[{\"name\":\"x\",\"kind\":\"category\",\"normaliser\":\"+country\"}]}", "unknown normaliser \"+country\"; known: none, country"},
        {"{\"schema\":1,\"columns\":[{\"name\":\"x\",\"kind\":\"category\",\"normaliser\":\"+industry\"}]}", NULL},
        {"{\"schema\":1,\"extraction\":2,\"columns\":[{\"name\":\"x\",\"kind\":\"number\",\"normaliser\":\"employees\"}]}", NULL},
        {"{\"schema\":1,\"extraction\":2,\"columns\":[{\"name\":\"x\",\"kind\":\"text\",\"normaliser\":\"industry\"}]}", "normaliser \"industry\" does not fit kind \"text\""},
        {"{\"schema\":1,\"extraction\":2,\"columns\":[{\"name\":\"x\",\"kind\":\"category\",\"normaliser\":\"place\"}]}", "normaliser \"place\" does not fit kind \"category\""},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct icp_error e = {.struct_size = sizeof e};
        icp_schema *s = NULL;
        icp_status st = icp_schema_from_json(ctx, rows[i].json, strlen(rows[i].json), &s, &e);
        if (rows[i].error) {
            ck_assert_int_eq(st, ICP_E_SCHEMA);
            ck_assert_msg(strncmp(e.message, rows[i].error, strlen(rows[i].error)) == 0, "%s", e.message);
        } else {
            ck_assert_msg(st == ICP_OK, "%s", e.message);
        }
        icp_schema_unref(s);
    }
}
END_TEST

/* Every normaliser by its name: written and read again, both ways. */
START_TEST(every_name_comes_back) {
    for (int id = 1; id < ICP__NORMALISER_COUNT; id++)
        for (int adds = 0; adds < 2; adds++) {
            const struct icp__normaliser *n = &icp__normalisers[id];
            const char *kind = n->kinds >> ICP_KIND_CATEGORY & 1 ? "category" : "list";
            char json[300], wanted[64];
            icp_schema *s;
            icp_buffer *b;
            struct icp_str text;
            snprintf(json, sizeof json, "{\"schema\":1,\"extraction\":2,\"columns\":[{\"name\":\"x\",\"kind\":\"%s\",\"normaliser\":\"%s\"}]}", kind, adds ? n->adding : n->name);
            ck_assert_int_eq(icp_schema_from_json(ctx, json, strlen(json), &s, NULL), ICP_OK);
            ck_assert_uint_eq(s->column[0].normaliser, (unsigned)id);
            ck_assert_uint_eq(s->column[0].adds, (unsigned)adds);
            ck_assert_int_eq(icp_schema_to_json(s, &b, NULL), ICP_OK);
            ck_assert_int_eq(icp_buffer_data(b, &text), ICP_OK);
            snprintf(wanted, sizeof wanted, "\"normaliser\": \"%s\"", adds ? n->adding : n->name);
            char copy[1024];
            snprintf(copy, sizeof copy, "%.*s", (int)text.size, text.data);
            ck_assert_msg(strstr(copy, wanted) != NULL, "%s", copy);
            icp_buffer_unref(b);
            icp_schema_unref(s);
        }
}
END_TEST

int main(void) {
    Suite *s = suite_create("normalise");
    TCase *t = tcase_create("tables");
    tcase_add_checked_fixture(t, begin, end);
    tcase_set_timeout(t, 110);
    tcase_add_test(t, industries);
    tcase_add_test(t, codes);
    tcase_add_test(t, bands);
    tcase_add_test(t, stages);
    tcase_add_test(t, technologies);
    tcase_add_test(t, departments);
    tcase_add_test(t, places);
    tcase_add_test(t, terms_are_their_own_spelling);
    tcase_add_test(t, every_key_is_found);
    tcase_add_test(t, keys_are_words_without_signs);
    tcase_add_test(t, tables_are_pinned);
    tcase_add_test(t, terms_replace_or_stand_beside);
    tcase_add_test(t, any_bytes_are_safe);
    tcase_add_test(t, version_1_knows_countries_alone);
    tcase_add_test(t, every_name_comes_back);
    suite_add_tcase(s, t);
    return icp_test_run(s);
}
