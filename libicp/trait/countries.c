/* SPDX-License-Identifier: MIT */
/* Countries: ISO 3166-1 codes as the standard assigns them; the names and variants are our own, in the folded form of values. */
#include "base/bytes.h"
#include "trait/normalise.h"

/* alpha-2: the second letters that stand behind each first letter. */
static const char second[26][32] = {
    "defgilmoqrstuwxz", "abdefghijlmnoqrstvwyz", "acdfghiklmnoruvwxyz", "ejkmoz", "ceghrst", "ijkmor",
    "abdefghilmnpqrstuwy", "kmnrtu", "delmnoqrst", "emop", "eghimnprwyz", "abcikrstuvy", "acdefghklmnopqrstuvwxyz",
    "acefgilopruz", "m", "aefghklmnrstwy", "a", "eosuw", "abcdeghijklmnorstvxyz", "cdfghjklmnortvwz", "agmsyz",
    "aceginu", "fs", "", "et", "amw",
};

/* alpha-3 and the alpha-2 it stands for, sorted. */
static const char three[][6] = {
    "abwaw", "afgaf", "agoao", "aiaai", "alaax", "albal", "andad", "areae", "argar", "armam", "asmas", "ataaq",
    "atftf", "atgag", "ausau", "autat", "azeaz", "bdibi", "belbe", "benbj", "besbq", "bfabf", "bgdbd", "bgrbg",
    "bhrbh", "bhsbs", "bihba", "blmbl", "blrby", "blzbz", "bmubm", "bolbo", "brabr", "brbbb", "brnbn", "btnbt",
    "bvtbv", "bwabw", "cafcf", "canca", "cckcc", "chech", "chlcl", "chncn", "civci", "cmrcm", "codcd", "cogcg",
    "cokck", "colco", "comkm", "cpvcv", "cricr", "cubcu", "cuwcw", "cxrcx", "cymky", "cypcy", "czecz", "deude",
    "djidj", "dmadm", "dnkdk", "domdo", "dzadz", "ecuec", "egyeg", "erier", "esheh", "espes", "estee", "ethet",
    "finfi", "fjifj", "flkfk", "frafr", "frofo", "fsmfm", "gabga", "gbrgb", "geoge", "ggygg", "ghagh", "gibgi",
    "gingn", "glpgp", "gmbgm", "gnbgw", "gnqgq", "grcgr", "grdgd", "grlgl", "gtmgt", "gufgf", "gumgu", "guygy",
    "hkghk", "hmdhm", "hndhn", "hrvhr", "htiht", "hunhu", "idnid", "imnim", "indin", "iotio", "irlie", "irnir",
    "irqiq", "islis", "isril", "itait", "jamjm", "jeyje", "jorjo", "jpnjp", "kazkz", "kenke", "kgzkg", "khmkh",
    "kirki", "knakn", "korkr", "kwtkw", "laola", "lbnlb", "lbrlr", "lbyly", "lcalc", "lieli", "lkalk", "lsols",
    "ltult", "luxlu", "lvalv", "macmo", "mafmf", "marma", "mcomc", "mdamd", "mdgmg", "mdvmv", "mexmx", "mhlmh",
    "mkdmk", "mliml", "mltmt", "mmrmm", "mneme", "mngmn", "mnpmp", "mozmz", "mrtmr", "msrms", "mtqmq", "musmu",
    "mwimw", "mysmy", "mytyt", "namna", "nclnc", "nerne", "nfknf", "ngang", "nicni", "niunu", "nldnl", "norno",
    "nplnp", "nrunr", "nzlnz", "omnom", "pakpk", "panpa", "pcnpn", "perpe", "phlph", "plwpw", "pngpg", "polpl",
    "pripr", "prkkp", "prtpt", "prypy", "pseps", "pyfpf", "qatqa", "reure", "rouro", "rusru", "rwarw", "sausa",
    "sdnsd", "sensn", "sgpsg", "sgsgs", "shnsh", "sjmsj", "slbsb", "slesl", "slvsv", "smrsm", "somso", "spmpm",
    "srbrs", "ssdss", "stpst", "sursr", "svksk", "svnsi", "swese", "swzsz", "sxmsx", "sycsc", "syrsy", "tcatc",
    "tcdtd", "tgotg", "thath", "tjktj", "tkltk", "tkmtm", "tlstl", "tonto", "ttott", "tuntn", "turtr", "tuvtv",
    "twntw", "tzatz", "ugaug", "ukrua", "umium", "uryuy", "usaus", "uzbuz", "vatva", "vctvc", "venve", "vgbvg",
    "virvi", "vnmvn", "vutvu", "wlfwf", "wsmws", "yemye", "zafza", "zmbzm", "zwezw",
};

static const struct {
    const char *name;
    char code[3];
} names[] = { /* sorted by bytes */
    {"afghanistan", "af"}, {"afrique du sud", "za"}, {"aland islands", "ax"}, {"albania", "al"}, {"albanie", "al"},
    {"albanien", "al"}, {"alemania", "de"}, {"algeria", "dz"}, {"algerien", "dz"}, {"alg\xC3\xA9rie", "dz"},
    {"allemagne", "de"}, {"america", "us"}, {"american samoa", "as"}, {"andorra", "ad"}, {"angola", "ao"},
    {"anguilla", "ai"}, {"antarctica", "aq"}, {"antigua", "ag"}, {"antigua & barbuda", "ag"},
    {"antigua and barbuda", "ag"}, {"aotearoa", "nz"}, {"arab republic of egypt", "eg"}, {"arabia saudita", "sa"},
    {"arabia saud\xC3\xAD", "sa"}, {"arabie saoudite", "sa"}, {"argelia", "dz"}, {"argentina", "ar"},
    {"argentine", "ar"}, {"argentine republic", "ar"}, {"argentinien", "ar"}, {"armenia", "am"}, {"armenien", "am"},
    {"arm\xC3\xA9nie", "am"}, {"aruba", "aw"}, {"aserbaidschan", "az"}, {"australia", "au"}, {"australie", "au"},
    {"australien", "au"}, {"austria", "at"}, {"autriche", "at"}, {"azerbaijan", "az"},
    {"azerba\xC3\xAF" "djan", "az"}, {"bahamas", "bs"}, {"bahamas, the", "bs"}, {"bahrain", "bh"},
    {"bangladesch", "bd"}, {"bangladesh", "bd"}, {"barbados", "bb"}, {"belarus", "by"}, {"belgien", "be"},
    {"belgique", "be"}, {"belgium", "be"}, {"belgi\xC3\xAB", "be"}, {"belize", "bz"}, {"benin", "bj"},
    {"bermuda", "bm"}, {"bharat", "in"}, {"bhutan", "bt"}, {"bielorrusia", "by"}, {"birma", "mm"}, {"birmanie", "mm"},
    {"bi\xC3\xA9lorussie", "by"}, {"bolivia", "bo"}, {"bolivia (plurinational state of)", "bo"},
    {"bolivia, plurinational state of", "bo"}, {"bolivie", "bo"}, {"bolivien", "bo"}, {"bonaire", "bq"},
    {"bonaire, sint eustatius and saba", "bq"}, {"bosnia", "ba"}, {"bosnia & herzegovina", "ba"},
    {"bosnia and herzegovina", "ba"}, {"bosnia-herzegovina", "ba"}, {"bosnie-herz\xC3\xA9govine", "ba"},
    {"bosnien und herzegowina", "ba"}, {"botsuana", "bw"}, {"botswana", "bw"}, {"bouvet island", "bv"},
    {"brasil", "br"}, {"brasilien", "br"}, {"brazil", "br"}, {"brd", "de"}, {"britain", "gb"},
    {"british indian ocean territory", "io"}, {"british virgin islands", "vg"}, {"brunei", "bn"},
    {"brunei darussalam", "bn"}, {"br\xC3\xA9sil", "br"}, {"bulgaria", "bg"}, {"bulgarie", "bg"}, {"bulgarien", "bg"},
    {"bundesrepublik deutschland", "de"}, {"burkina faso", "bf"}, {"burma", "mm"}, {"burundi", "bi"}, {"bvi", "vg"},
    {"b\xC3\xA9lgica", "be"}, {"b\xC3\xA9nin", "bj"}, {"cabo verde", "cv"}, {"cambodge", "kh"}, {"cambodia", "kh"},
    {"camboya", "kh"}, {"cameroon", "cm"}, {"cameroun", "cm"}, {"camer\xC3\xBAn", "cm"}, {"canada", "ca"},
    {"canad\xC3\xA1", "ca"}, {"cape verde", "cv"}, {"caribbean netherlands", "bq"}, {"cayman", "ky"},
    {"cayman islands", "ky"}, {"central african republic", "cf"}, {"chad", "td"}, {"chequia", "cz"}, {"chile", "cl"},
    {"chili", "cl"}, {"china", "cn"}, {"chine", "cn"}, {"chinese taipei", "tw"}, {"chipre", "cy"},
    {"christmas island", "cx"}, {"chypre", "cy"}, {"cocos (keeling) islands", "cc"}, {"cocos islands", "cc"},
    {"colombia", "co"}, {"colombie", "co"}, {"commonwealth of australia", "au"}, {"comoros", "km"}, {"congo", "cg"},
    {"congo (drc)", "cd"}, {"congo, democratic republic of the", "cd"}, {"congo, republic of the", "cg"},
    {"congo, the democratic republic of the", "cd"}, {"congo-brazzaville", "cg"}, {"congo-kinshasa", "cd"},
    {"cook islands", "ck"}, {"corea del sur", "kr"}, {"cor\xC3\xA9" "e du sud", "kr"}, {"costa de marfil", "ci"},
    {"costa rica", "cr"}, {"cote d'ivoire", "ci"}, {"croacia", "hr"}, {"croatia", "hr"}, {"croatie", "hr"},
    {"cuba", "cu"}, {"curacao", "cw"}, {"cura\xC3\xA7" "ao", "cw"}, {"cyprus", "cy"}, {"czech republic", "cz"},
    {"czechia", "cz"}, {"c\xC3\xB4te d'ivoire", "ci"}, {"c\xC3\xB4te d\xE2\x80\x99ivoire", "ci"}, {"daenemark", "dk"},
    {"danemark", "dk"}, {"danmark", "dk"}, {"democratic republic of the congo", "cd"}, {"denmark", "dk"},
    {"deutschland", "de"}, {"die schweiz", "ch"}, {"dinamarca", "dk"}, {"djibouti", "dj"}, {"dominica", "dm"},
    {"dominican republic", "do"}, {"dominikanische republik", "do"}, {"dprk", "kp"}, {"dr congo", "cd"},
    {"drc", "cd"}, {"d\xC3\xA4nemark", "dk"}, {"east timor", "tl"}, {"ecuador", "ec"},
    {"ee.uu.", "us"}, {"eesti", "ee"}, {"eeuu", "us"}, {"egipto", "eg"}, {"egypt", "eg"}, {"eire", "ie"},
    {"el salvador", "sv"}, {"elfenbeink\xC3\xBCste", "ci"}, {"emiratos \xC3\xA1rabes unidos", "ae"},
    {"england", "gb"}, {"equatorial guinea", "gq"}, {"eritrea", "er"}, {"eslovaquia", "sk"}, {"eslovenia", "si"},
    {"espagne", "es"}, {"espana", "es"}, {"espa\xC3\xB1" "a", "es"}, {"estados unidos", "us"},
    {"estados unidos de am\xC3\xA9rica", "us"}, {"estland", "ee"}, {"estonia", "ee"}, {"estonie", "ee"},
    {"eswatini", "sz"}, {"etats-unis", "us"}, {"ethiopia", "et"}, {"etiop\xC3\xAD" "a", "et"},
    {"falkland islands", "fk"}, {"falkland islands (malvinas)", "fk"}, {"faroe islands", "fo"},
    {"federal republic of germany", "de"}, {"fiji", "fj"}, {"filipinas", "ph"}, {"finland", "fi"}, {"finlande", "fi"},
    {"finlandia", "fi"}, {"finnland", "fi"}, {"france", "fr"}, {"francia", "fr"}, {"frankreich", "fr"},
    {"french guiana", "gf"}, {"french polynesia", "pf"}, {"french republic", "fr"},
    {"french southern territories", "tf"}, {"fyrom", "mk"}, {"f\xC3\xA4r\xC3\xB6" "er", "fo"}, {"gabon", "ga"},
    {"gabun", "ga"}, {"gambia", "gm"}, {"gambia, the", "gm"}, {"georgia", "ge"}, {"georgien", "ge"},
    {"germania", "de"}, {"germany", "de"}, {"ghana", "gh"}, {"gibraltar", "gi"}, {"gran breta\xC3\xB1" "a", "gb"},
    {"grande-bretagne", "gb"}, {"great britain", "gb"}, {"grecia", "gr"}, {"greece", "gr"}, {"greenland", "gl"},
    {"grenada", "gd"}, {"griechenland", "gr"}, {"grossbritannien", "gb"}, {"gr\xC3\xA8" "ce", "gr"},
    {"gr\xC3\xB6nland", "gl"}, {"guadeloupe", "gp"}, {"guam", "gu"}, {"guatemala", "gt"}, {"guernsey", "gg"},
    {"guinea", "gn"}, {"guinea-bissau", "gw"}, {"guin\xC3\xA9" "e", "gn"}, {"guyana", "gy"}, {"g\xC3\xA9orgie", "ge"},
    {"haiti", "ht"}, {"ha\xC3\xAFti", "ht"}, {"heard island and mcdonald islands", "hm"}, {"hellas", "gr"},
    {"hellenic republic", "gr"}, {"holanda", "nl"}, {"holland", "nl"}, {"holy see", "va"},
    {"holy see (vatican city state)", "va"}, {"honduras", "hn"}, {"hong kong", "hk"}, {"hong kong s.a.r.", "hk"},
    {"hong kong sar", "hk"}, {"hong kong sar china", "hk"}, {"hong kong, china", "hk"}, {"hongkong", "hk"},
    {"hongrie", "hu"}, {"hrvatska", "hr"}, {"hungary", "hu"}, {"hungr\xC3\xAD" "a", "hu"}, {"iceland", "is"},
    {"inde", "in"}, {"india", "in"}, {"indien", "in"}, {"indonesia", "id"}, {"indonesien", "id"},
    {"indon\xC3\xA9sie", "id"}, {"irak", "iq"}, {"iran", "ir"}, {"iran (islamic republic of)", "ir"},
    {"iran, islamic republic of", "ir"}, {"iraq", "iq"}, {"ireland", "ie"}, {"irland", "ie"}, {"irlanda", "ie"},
    {"irlande", "ie"}, {"ir\xC3\xA1n", "ir"}, {"island", "is"}, {"islande", "is"}, {"islandia", "is"},
    {"isle of man", "im"}, {"israel", "il"}, {"isra\xC3\xABl", "il"}, {"italia", "it"}, {"italie", "it"},
    {"italien", "it"}, {"italy", "it"}, {"ivory coast", "ci"}, {"jamaica", "jm"}, {"jamaika", "jm"}, {"japan", "jp"},
    {"japon", "jp"}, {"jap\xC3\xB3n", "jp"}, {"jemen", "ye"}, {"jersey", "je"}, {"jordan", "jo"}, {"jordanie", "jo"},
    {"jordanien", "jo"}, {"kaimaninseln", "ky"}, {"kambodscha", "kh"}, {"kamerun", "cm"}, {"kanada", "ca"},
    {"kap verde", "cv"}, {"kasachstan", "kz"}, {"katar", "qa"}, {"kazakhstan", "kz"}, {"kenia", "ke"},
    {"kenya", "ke"}, {"kingdom of saudi arabia", "sa"}, {"kingdom of spain", "es"}, {"kirgisistan", "kg"},
    {"kiribati", "ki"}, {"kolumbien", "co"}, {"korea", "kr"}, {"korea (democratic people's republic of)", "kp"},
    {"korea (republic of)", "kr"}, {"korea (south)", "kr"}, {"korea, democratic people's republic of", "kp"},
    {"korea, republic of", "kr"}, {"korea, south", "kr"}, {"kowe\xC3\xAFt", "kw"}, {"kroatien", "hr"}, {"ksa", "sa"},
    {"kuba", "cu"}, {"kuwait", "kw"}, {"kuweit", "kw"}, {"kyrgyzstan", "kg"}, {"lao pdr", "la"},
    {"lao people's democratic republic", "la"}, {"laos", "la"}, {"latvia", "lv"}, {"latvija", "lv"},
    {"lebanon", "lb"}, {"lesotho", "ls"}, {"letonia", "lv"}, {"lettland", "lv"}, {"lettonie", "lv"}, {"liban", "lb"},
    {"libanon", "lb"}, {"liberia", "lr"}, {"libya", "ly"}, {"libyen", "ly"}, {"liechtenstein", "li"},
    {"lietuva", "lt"}, {"litauen", "lt"}, {"lithuania", "lt"}, {"lituania", "lt"}, {"lituanie", "lt"},
    {"luxembourg", "lu"}, {"luxemburg", "lu"}, {"luxemburgo", "lu"}, {"l\xC3\xAD" "bano", "lb"}, {"macao", "mo"},
    {"macau", "mo"}, {"macau sar", "mo"}, {"macedonia", "mk"}, {"macedonia, the former yugoslav republic of", "mk"},
    {"madagascar", "mg"}, {"madagaskar", "mg"}, {"magyarorsz\xC3\xA1g", "hu"}, {"mainland china", "cn"},
    {"malaisie", "my"}, {"malasia", "my"}, {"malawi", "mw"}, {"malaysia", "my"}, {"maldives", "mv"},
    {"malediven", "mv"}, {"mali", "ml"}, {"malta", "mt"}, {"malte", "mt"}, {"maroc", "ma"}, {"marokko", "ma"},
    {"marruecos", "ma"}, {"marshall islands", "mh"}, {"martinique", "mq"}, {"maurice", "mu"}, {"mauritania", "mr"},
    {"mauritius", "mu"}, {"mayotte", "yt"}, {"mazedonien", "mk"}, {"mexico", "mx"}, {"mexiko", "mx"},
    {"mexique", "mx"}, {"micronesia", "fm"}, {"micronesia (federated states of)", "fm"},
    {"micronesia, federated states of", "fm"}, {"moldavie", "md"}, {"moldawien", "md"}, {"moldova", "md"},
    {"moldova, republic of", "md"}, {"monaco", "mc"}, {"mongolei", "mn"}, {"mongolia", "mn"}, {"montenegro", "me"},
    {"montserrat", "ms"}, {"morocco", "ma"}, {"mosambik", "mz"}, {"mozambique", "mz"}, {"myanmar", "mm"},
    {"m\xC3\xA9jico", "mx"}, {"m\xC3\xA9xico", "mx"}, {"m\xC3\xB3naco", "mc"}, {"namibia", "na"}, {"nauru", "nr"},
    {"nederland", "nl"}, {"nepal", "np"}, {"netherland", "nl"}, {"netherlands", "nl"}, {"netherlands, the", "nl"},
    {"neuseeland", "nz"}, {"new caledonia", "nc"}, {"new zealand", "nz"}, {"nicaragua", "ni"}, {"niederlande", "nl"},
    {"niger", "ne"}, {"nigeria", "ng"}, {"nippon", "jp"}, {"niue", "nu"}, {"nordkorea", "kp"},
    {"nordmazedonien", "mk"}, {"norfolk island", "nf"}, {"norge", "no"}, {"north korea", "kp"},
    {"north macedonia", "mk"}, {"northern ireland", "gb"}, {"northern mariana islands", "mp"}, {"noruega", "no"},
    {"norv\xC3\xA8ge", "no"}, {"norway", "no"}, {"norwegen", "no"}, {"nouvelle-z\xC3\xA9lande", "nz"},
    {"nueva zelanda", "nz"}, {"nueva zelandia", "nz"}, {"n\xC3\xA9pal", "np"}, {"oesterreich", "at"}, {"oman", "om"},
    {"p.r. china", "cn"}, {"pakistan", "pk"}, {"pakist\xC3\xA1n", "pk"}, {"palau", "pw"}, {"palestine", "ps"},
    {"palestine, state of", "ps"}, {"palestinian territories", "ps"}, {"palestinian territory, occupied", "ps"},
    {"pal\xC3\xA4stina", "ps"}, {"panama", "pa"}, {"panam\xC3\xA1", "pa"}, {"papua new guinea", "pg"},
    {"paraguay", "py"}, {"pays-bas", "nl"}, {"pa\xC3\xADses bajos", "nl"}, {"people's republic of china", "cn"},
    {"peoples republic of china", "cn"}, {"peru", "pe"}, {"per\xC3\xBA", "pe"}, {"philipines", "ph"},
    {"philippinen", "ph"}, {"philippines", "ph"}, {"pitcairn", "pn"}, {"pitcairn islands", "pn"}, {"poland", "pl"},
    {"polen", "pl"}, {"pologne", "pl"}, {"polonia", "pl"}, {"polska", "pl"}, {"portugal", "pt"}, {"pr china", "cn"},
    {"prc", "cn"}, {"puerto rico", "pr"}, {"p\xC3\xA9rou", "pe"}, {"qatar", "qa"}, {"r.o.c.", "tw"},
    {"regno unito", "gb"}, {"reino unido", "gb"}, {"republic of austria", "at"}, {"republic of china", "tw"},
    {"republic of india", "in"}, {"republic of ireland", "ie"}, {"republic of korea", "kr"},
    {"republic of macedonia", "mk"}, {"republic of moldova", "md"}, {"republic of singapore", "sg"},
    {"republic of south africa", "za"}, {"republic of the congo", "cg"}, {"republic of turkey", "tr"},
    {"rep\xC3\xBA" "blica checa", "cz"}, {"rep\xC3\xBA" "blica dominicana", "do"}, {"reunion", "re"},
    {"romania", "ro"}, {"rom\xC3\xA2nia", "ro"}, {"roumania", "ro"}, {"roumanie", "ro"}, {"royaume-uni", "gb"},
    {"rsa", "za"}, {"ruanda", "rw"}, {"rumania", "ro"}, {"ruman\xC3\xAD" "a", "ro"}, {"rum\xC3\xA4nien", "ro"},
    {"rusia", "ru"}, {"russia", "ru"}, {"russian fed.", "ru"}, {"russian federation", "ru"}, {"russie", "ru"},
    {"russland", "ru"}, {"rwanda", "rw"}, {"r\xC3\xA9publique dominicaine", "do"},
    {"r\xC3\xA9publique tch\xC3\xA8que", "cz"}, {"r\xC3\xA9union", "re"}, {"saint barthelemy", "bl"},
    {"saint barth\xC3\xA9lemy", "bl"}, {"saint helena", "sh"}, {"saint helena, ascension and tristan da cunha", "sh"},
    {"saint kitts and nevis", "kn"}, {"saint lucia", "lc"}, {"saint martin", "mf"},
    {"saint martin (french part)", "mf"}, {"saint pierre and miquelon", "pm"},
    {"saint vincent and the grenadines", "vc"}, {"salvador", "sv"}, {"sambia", "zm"}, {"samoa", "ws"},
    {"san marino", "sm"}, {"sao tome and principe", "st"}, {"saudi arabia", "sa"}, {"saudi-arabien", "sa"},
    {"schweden", "se"}, {"schweiz", "ch"}, {"scotland", "gb"}, {"senegal", "sn"}, {"serbia", "rs"}, {"serbie", "rs"},
    {"serbien", "rs"}, {"seychelles", "sc"}, {"sierra leone", "sl"}, {"simbabwe", "zw"}, {"singapore", "sg"},
    {"singapour", "sg"}, {"singapur", "sg"}, {"sint maarten", "sx"}, {"sint maarten (dutch part)", "sx"},
    {"slovak republic", "sk"}, {"slovakia", "sk"}, {"slovaquie", "sk"}, {"slovenia", "si"}, {"slovenija", "si"},
    {"slovensko", "sk"}, {"slov\xC3\xA9nie", "si"}, {"slowakei", "sk"}, {"slowenien", "si"},
    {"solomon islands", "sb"}, {"somalia", "so"}, {"south africa", "za"},
    {"south georgia and the south sandwich islands", "gs"}, {"south korea", "kr"}, {"south sudan", "ss"},
    {"spagna", "es"}, {"spain", "es"}, {"spanien", "es"}, {"sri lanka", "lk"}, {"st kitts and nevis", "kn"},
    {"st lucia", "lc"}, {"st vincent and the grenadines", "vc"}, {"st. barts", "bl"}, {"st. kitts and nevis", "kn"},
    {"st. lucia", "lc"}, {"st. vincent", "vc"}, {"state of israel", "il"}, {"state of palestine", "ps"},
    {"stati uniti", "us"}, {"sudan", "sd"}, {"sud\xC3\xA1" "frica", "za"}, {"suecia", "se"}, {"suisse", "ch"},
    {"suiza", "ch"}, {"suomi", "fi"}, {"suriname", "sr"}, {"su\xC3\xA8" "de", "se"}, {"svalbard and jan mayen", "sj"},
    {"sverige", "se"}, {"svizzera", "ch"}, {"swaziland", "sz"}, {"sweden", "se"}, {"swiss confederation", "ch"},
    {"switzerland", "ch"}, {"syria", "sy"}, {"syrian arab republic", "sy"}, {"syrien", "sy"},
    {"s\xC3\xA3o tom\xC3\xA9 and pr\xC3\xADncipe", "st"}, {"s\xC3\xA9n\xC3\xA9gal", "sn"},
    {"s\xC3\xBC" "dafrika", "za"}, {"s\xC3\xBC" "dkorea", "kr"}, {"tailandia", "th"}, {"taiwan", "tw"},
    {"taiwan (province of china)", "tw"}, {"taiwan, province of china", "tw"}, {"taiwan, republic of china", "tw"},
    {"taiw\xC3\xA1n", "tw"}, {"tajikistan", "tj"}, {"tansania", "tz"}, {"tanzania", "tz"},
    {"tanzania, united republic of", "tz"}, {"tchad", "td"}, {"tch\xC3\xA9quie", "cz"}, {"thailand", "th"},
    {"tha\xC3\xAFlande", "th"}, {"the bahamas", "bs"}, {"the gambia", "gm"}, {"the netherlands", "nl"},
    {"the philippines", "ph"}, {"the sudan", "sd"}, {"the ukraine", "ua"}, {"the united arab emirates", "ae"},
    {"the united kingdom", "gb"}, {"the united states", "us"}, {"timor-leste", "tl"}, {"togo", "tg"},
    {"tokelau", "tk"}, {"tonga", "to"}, {"trinidad", "tt"}, {"trinidad & tobago", "tt"},
    {"trinidad and tobago", "tt"}, {"tschad", "td"}, {"tschechien", "cz"}, {"tschechische republik", "cz"},
    {"tunesien", "tn"}, {"tunisia", "tn"}, {"tunisie", "tn"}, {"turkey", "tr"}, {"turkiye", "tr"},
    {"turkmenistan", "tm"}, {"turks and caicos", "tc"}, {"turks and caicos islands", "tc"}, {"turquie", "tr"},
    {"turqu\xC3\xAD" "a", "tr"}, {"tuvalu", "tv"}, {"t\xC3\xBAnez", "tn"}, {"t\xC3\xBCrkei", "tr"},
    {"t\xC3\xBCrkiye", "tr"}, {"u.a.e.", "ae"}, {"u.k.", "gb"}, {"u.s.", "us"}, {"u.s. virgin islands", "vi"},
    {"u.s.a.", "us"}, {"uae", "ae"}, {"ucrania", "ua"}, {"uganda", "ug"}, {"uk", "gb"}, {"ukraine", "ua"},
    {"ungarn", "hu"}, {"united arab emirates", "ae"}, {"united kingdom", "gb"},
    {"united kingdom of great britain and northern ireland", "gb"}, {"united republic of tanzania", "tz"},
    {"united states", "us"}, {"united states minor outlying islands", "um"}, {"united states of america", "us"},
    {"uruguay", "uy"}, {"us of a", "us"}, {"us virgin islands", "vi"}, {"usa / united states", "us"},
    {"usbekistan", "uz"}, {"uzbekistan", "uz"}, {"vae", "ae"}, {"vanuatu", "vu"}, {"vatican", "va"},
    {"vatican city", "va"}, {"venezuela", "ve"}, {"venezuela (bolivarian republic of)", "ve"},
    {"venezuela, bolivarian republic of", "ve"}, {"vereinigte arabische emirate", "ae"}, {"vereinigte staaten", "us"},
    {"vereinigte staaten von amerika", "us"}, {"vereinigtes k\xC3\xB6nigreich", "gb"}, {"viet nam", "vn"},
    {"vietnam", "vn"}, {"virgin islands (british)", "vg"}, {"virgin islands (u.s.)", "vi"},
    {"virgin islands, british", "vg"}, {"virgin islands, u.s.", "vi"}, {"volksrepublik china", "cn"}, {"wales", "gb"},
    {"wallis and futuna", "wf"}, {"weissrussland", "by"}, {"western sahara", "eh"}, {"yemen", "ye"}, {"zambia", "zm"},
    {"zimbabwe", "zw"}, {"zypern", "cy"}, {"\xC3\xA4gypten", "eg"}, {"\xC3\xA4quatorialguinea", "gq"},
    {"\xC3\xA4thiopien", "et"}, {"\xC3\xA5land", "ax"}, {"\xC3\xA5land islands", "ax"}, {"\xC3\xA9gypte", "eg"},
    {"\xC3\xA9ire", "ie"}, {"\xC3\xA9mirats arabes unis", "ae"}, {"\xC3\xA9quateur", "ec"},
    {"\xC3\xA9tats-unis", "us"}, {"\xC3\xA9tats-unis d'am\xC3\xA9rique", "us"}, {"\xC3\xA9thiopie", "et"},
    {"\xC3\xB6sterreich", "at"}, {"\xC4\x8D" "esko", "cz"},
    {"\xD1\x80\xD0\xBE\xD1\x81\xD1\x81\xD0\xB8\xD1\x8F", "ru"},
    {"\xD1\x83\xD0\xBA\xD1\x80\xD0\xB0\xD1\x97\xD0\xBD\xD0\xB0", "ua"}, {"\xE6\x97\xA5\xE6\x9C\xAC", "jp"},
};

static bool two_letters(const char *s) {
    unsigned a = (unsigned)(unsigned char)s[0] - 'a';
    return a < 26 && s[1] && strchr(second[a], s[1]);
}

static const char *three_letters(const char *s) {
    size_t lo = 0, hi = sizeof three / sizeof *three;
    while (lo < hi) {
        size_t mid = (lo + hi) / 2;
        int d = memcmp(s, three[mid], 3);
        if (d == 0) return three[mid] + 3;
        if (d < 0) hi = mid;
        else lo = mid + 1;
    }
    return NULL;
}

static const char *by_name(const char *s, size_t n) {
    size_t lo = 0, hi = sizeof names / sizeof *names;
    while (lo < hi) {
        size_t mid = (lo + hi) / 2;
        int d = strncmp(s, names[mid].name, n);
        if (d == 0 && names[mid].name[n] == 0) return names[mid].code;
        if (d <= 0) hi = mid;
        else lo = mid + 1;
    }
    return NULL;
}

size_t icp__normalise_country(const char *folded, size_t n, char *out, size_t cap) {
    const char *code = NULL;
    if (n < 2 || n > 64 || cap < 2 || memchr(folded, 0, n)) return 0;
    if (n == 2 && two_letters(folded)) code = folded;
    if (n == 3) code = three_letters(folded);
    if (!code) code = by_name(folded, n);
    if (!code) return 0;
    memmove(out, code, 2);
    return 2;
}

size_t icp__country_spelling(size_t i, char out[128]) {
    for (size_t a = 0; a < sizeof second / sizeof *second; a++) {
        if (i < strlen(second[a])) {
            out[0] = (char)('a' + a), out[1] = second[a][i];
            return 2;
        }
        i -= strlen(second[a]);
    }
    if (i < sizeof three / sizeof *three) {
        memcpy(out, three[i], 3);
        return 3;
    }
    i -= sizeof three / sizeof *three;
    if (i >= sizeof names / sizeof *names) return 0;
    const size_t n = strlen(names[i].name);
    memcpy(out, names[i].name, n);
    return n;
}

void icp__countries_write(struct icp__bytes *b) {
    for (size_t i = 0; i < sizeof second / sizeof *second; i++) {
        icp__bytes_text(b, second[i]);
        icp__bytes_text(b, "\n");
    }
    for (size_t i = 0; i < sizeof three / sizeof *three; i++) icp__bytes_add(b, three[i], 5);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        icp__bytes_text(b, "\n");
        icp__bytes_text(b, names[i].name);
        icp__bytes_text(b, "\t");
        icp__bytes_add(b, names[i].code, 2);
    }
    icp__bytes_text(b, "\n");
}
