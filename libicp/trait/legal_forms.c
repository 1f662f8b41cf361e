/* SPDX-License-Identifier: MIT */
/* Legal forms of companies: what stands behind or before a name and is no part of it. Version 1; typed from general knowledge of
 * company law. Folded, without accents, "and" left out, dots between single letters left out. */
#include "trait/identity.h"

static const char *const behind[] = {
    "a s",                                         /* Denmark, Czechia, Turkey */
    "ab",                                          /* Sweden, Finland; Lithuania */
    "ab publ",                                     /* Sweden */
    "ad",                                          /* Serbia, Bulgaria */
    "ae",                                          /* Greece */
    "ag",                                          /* Germany, Austria, Switzerland */
    "ag co kg",                                    /* Germany */
    "ag co kgaa",                                  /* Germany */
    "ag co ohg",                                   /* Germany */
    "aie",                                         /* Spain */
    "aktiebolag",                                  /* Sweden */
    "aktiebolaget",                                /* Sweden */
    "aktiengesellschaft",                          /* Germany, Austria, Switzerland */
    "aktieselskab",                                /* Denmark */
    "amba",                                        /* Denmark */
    "anonim sirketi",                              /* Turkey */
    "anpartsselskab",                              /* Denmark */
    "ans",                                         /* Norway */
    "aps",                                         /* Denmark */
    "as",                                          /* Norway, Denmark, Estonia, Turkey */
    "asa",                                         /* Norway */
    "asbl",                                        /* Belgium, Luxembourg */
    "b v",                                         /* Netherlands */
    "berhad",                                      /* Malaysia */
    "besloten vennootschap",                       /* Netherlands */
    "bhd",                                         /* Malaysia */
    "bt",                                          /* Hungary */
    "bv",                                          /* Netherlands, Belgium */
    "bvba",                                        /* Belgium */
    "cic",                                         /* United Kingdom */
    "cie",                                         /* France, Switzerland */
    "cio",                                         /* United Kingdom */
    "cjsc",                                        /* Russia */
    "clg",                                         /* Ireland */
    "co",                                          /* United States */
    "co inc",                                      /* United States */
    "co limited",                                  /* many */
    "co ltd",                                      /* many */
    "companies",                                   /* United States */
    "company",                                     /* United States */
    "company limited",                             /* many */
    "company ltd",                                 /* many */
    "corp",                                        /* United States */
    "corporation",                                 /* United States */
    "cuideachta",                                  /* Ireland */
    "cv",                                          /* Netherlands */
    "cvba",                                        /* Belgium */
    "d o o",                                       /* Slovenia, Croatia, Serbia */
    "dac",                                         /* Ireland */
    "dd",                                          /* Slovenia, Croatia */
    "dmcc",                                        /* Emirates */
    "dno",                                         /* Slovenia */
    "doo",                                         /* Slovenia, Croatia, Serbia, Bosnia */
    "e k",                                         /* Germany */
    "e kfm",                                       /* Germany */
    "e v",                                         /* Germany */
    "ead",                                         /* Bulgaria */
    "eg",                                          /* Germany */
    "ehf",                                         /* Iceland */
    "eireli",                                      /* Brazil */
    "eirl",                                        /* Peru, Chile */
    "ek",                                          /* Germany */
    "eood",                                        /* Bulgaria */
    "epe",                                         /* Greece */
    "epp",                                         /* Brazil */
    "et cie",                                      /* France */
    "eurl",                                        /* France */
    "ev",                                          /* Germany */
    "fz llc",                                      /* Emirates */
    "fzc",                                         /* Emirates */
    "fzco",                                        /* Emirates */
    "fze",                                         /* Emirates */
    "g m b h",                                     /* Germany */
    "gbr",                                         /* Germany */
    "ges mbh",                                     /* Austria */
    "gesellschaft mbh",                            /* Germany */
    "gesellschaft mit beschrankter haftung",       /* Germany */
    "gesmbh",                                      /* Austria */
    "ggmbh",                                       /* Germany */
    "gie",                                         /* France */
    "gk",                                          /* Japan */
    "gmbh",                                        /* Germany, Austria, Switzerland */
    "gmbh cie kg",                                 /* Germany */
    "gmbh co kg",                                  /* Germany */
    "gmbh co kgaa",                                /* Germany */
    "gmbh co ohg",                                 /* Germany */
    "godo kaisha",                                 /* Japan */
    "hb",                                          /* Sweden */
    "hf",                                          /* Iceland */
    "ike",                                         /* Greece */
    "inc",                                         /* United States */
    "inc ltee",                                    /* Canada */
    "incorporated",                                /* United States */
    "ivs",                                         /* Denmark */
    "jdoo",                                        /* Croatia */
    "joint stock co",                              /* Vietnam */
    "joint stock company",                         /* Vietnam, Russia */
    "jsc",                                         /* Russia, Vietnam, Kazakhstan */
    "k k",                                         /* Japan */
    "kabushiki gaisha",                            /* Japan */
    "kabushiki kaisha",                            /* Japan */
    "kabushikigaisha",                             /* Japan */
    "kb",                                          /* Sweden */
    "kft",                                         /* Hungary */
    "kg",                                          /* Germany, Austria */
    "kgaa",                                        /* Germany */
    "kk",                                          /* Japan */
    "korlatolt felelossegu tarsasag",              /* Hungary */
    "ks",                                          /* Denmark */
    "ky",                                          /* Finland */
    "l l c",                                       /* United States */
    "l p",                                         /* United States */
    "lda",                                         /* Portugal */
    "limitada",                                    /* Brazil, Portugal */
    "limited",                                     /* United Kingdom and many */
    "limited liability co",                        /* United States */
    "limited liability company",                   /* United States */
    "limited partnership",                         /* United States */
    "limited sirketi",                             /* Turkey */
    "limitee",                                     /* Canada */
    "llc",                                         /* United States */
    "llc fz",                                      /* Emirates */
    "lllp",                                        /* United States */
    "llp",                                         /* United Kingdom, India, Kazakhstan */
    "lp",                                          /* United States */
    "ltd",                                         /* United Kingdom and many */
    "ltd co",                                      /* many */
    "ltd company",                                 /* many */
    "ltd sti",                                     /* Turkey */
    "ltda",                                        /* Brazil, Chile, Colombia, Portugal */
    "ltee",                                        /* Canada */
    "mb",                                          /* Lithuania */
    "mbh",                                         /* Germany */
    "n v",                                         /* Netherlands */
    "na",                                          /* United States: N.A. of banks */
    "naamloze vennootschap",                       /* Netherlands */
    "nuf",                                         /* Norway */
    "nv",                                          /* Netherlands, Belgium */
    "nyrt",                                        /* Hungary */
    "og",                                          /* Austria */
    "ohg",                                         /* Germany */
    "ojsc",                                        /* Russia */
    "ood",                                         /* Bulgaria */
    "opc private limited",                         /* India */
    "opc pvt ltd",                                 /* India */
    "osakeyhtio",                                  /* Finland */
    "osauhing",                                    /* Estonia */
    "ou",                                          /* Estonia */
    "oy",                                          /* Finland */
    "oy ab",                                       /* Finland */
    "oyj",                                         /* Finland */
    "p c",                                         /* United States */
    "p l c",                                       /* United Kingdom */
    "p ltd",                                       /* India */
    "p s",                                         /* Denmark */
    "partg",                                       /* Germany */
    "partgmbb",                                    /* Germany */
    "pbc",                                         /* United States */
    "pc",                                          /* United States */
    "pcl",                                         /* Thailand */
    "persero",                                     /* Indonesia */
    "pjsc",                                        /* Emirates, Russia, Ukraine */
    "plc",                                         /* United Kingdom, Ireland */
    "pllc",                                        /* United States */
    "plt",                                         /* Malaysia */
    "private limited",                             /* India, Singapore */
    "private ltd",                                 /* India */
    "proprietary limited",                         /* Australia, South Africa */
    "proprietary ltd",                             /* Australia */
    "psc",                                         /* Emirates */
    "pte",                                         /* Singapore */
    "pte limited",                                 /* Singapore */
    "pte ltd",                                     /* Singapore */
    "pty",                                         /* Australia, South Africa */
    "pty limited",                                 /* Australia */
    "pty ltd",                                     /* Australia, South Africa */
    "public benefit corp",                         /* United States */
    "public benefit corporation",                  /* United States */
    "public co ltd",                               /* Thailand */
    "public company limited",                      /* Thailand */
    "public limited",                              /* United Kingdom */
    "public limited company",                      /* United Kingdom */
    "pvt",                                         /* India, Pakistan */
    "pvt limited",                                 /* India */
    "pvt ltd",                                     /* India */
    "ry",                                          /* Finland */
    "s a",                                         /* France */
    "s a de c v",                                  /* Mexico */
    "s a r l",                                     /* France */
    "s a s",                                       /* Colombia */
    "s de rl",                                     /* Mexico */
    "s de rl de cv",                               /* Mexico */
    "s l",                                         /* Spain */
    "s l u",                                       /* Spain */
    "s p a",                                       /* Italy */
    "s r l",                                       /* Italy */
    "s r o",                                       /* Czechia, Slovakia */
    "sa",                                          /* France, Spain, Switzerland, Belgium, Poland */
    "sa de cv",                                    /* Mexico */
    "sa rl",                                       /* Luxembourg: S.a r.l. */
    "saa",                                         /* Peru */
    "sab de cv",                                   /* Mexico */
    "sac",                                         /* Peru */
    "sae",                                         /* Egypt */
    "sal",                                         /* Lebanon */
    "san ve tic as",                               /* Turkey */
    "san ve tic ltd sti",                          /* Turkey */
    "saoc",                                        /* Oman */
    "saog",                                        /* Oman */
    "sapi de cv",                                  /* Mexico */
    "sarl",                                        /* France, Luxembourg, Switzerland */
    "sarlu",                                       /* France */
    "sas",                                         /* France; Italy */
    "sas de cv",                                   /* Mexico */
    "sasu",                                        /* France */
    "sau",                                         /* Spain, Argentina */
    "sc",                                          /* Spain, Poland */
    "sc de rl",                                    /* Mexico */
    "sca",                                         /* France, Luxembourg */
    "scarl",                                       /* Italy */
    "sci",                                         /* France */
    "scl",                                         /* Spain */
    "scop",                                        /* France */
    "scop sa",                                     /* France */
    "scp",                                         /* Spain */
    "scrl",                                        /* Peru; Belgium */
    "scs",                                         /* France */
    "sdn bhd",                                     /* Malaysia */
    "se",                                          /* European Union */
    "se co kg",                                    /* Germany */
    "se co kgaa",                                  /* Germany */
    "senc",                                        /* Canada */
    "sendirian berhad",                            /* Malaysia */
    "sgps",                                        /* Portugal */
    "sgps sa",                                     /* Portugal */
    "sia",                                         /* Latvia */
    "sl",                                          /* Spain */
    "sll",                                         /* Spain */
    "slne",                                        /* Spain */
    "slu",                                         /* Spain */
    "snc",                                         /* France, Italy */
    "soc coop",                                    /* Italy */
    "sociedad anonima",                            /* Spain */
    "sociedad anonima de capital variable",        /* Mexico */
    "sociedad limitada",                           /* Spain */
    "societa per azioni",                          /* Italy */
    "societas europaea",                           /* European Union */
    "societe anonyme",                             /* France */
    "societe par actions simplifiee",              /* France */
    "sp j",                                        /* Poland */
    "sp k",                                        /* Poland */
    "sp z o o",                                    /* Poland */
    "sp z oo",                                     /* Poland */
    "sp z oo sp k",                                /* Poland */
    "sp zoo",                                      /* Poland */
    "spa",                                         /* Italy; Chile */
    "spa a socio unico",                           /* Italy */
    "spc",                                         /* Oman, Bahrain */
    "spol",                                        /* Czechia */
    "spol s r o",                                  /* Czechia */
    "spol sro",                                    /* Czechia, Slovakia */
    "spolka akcyjna",                              /* Poland */
    "spolka z ograniczona odpowiedzialnoscia",     /* Poland */
    "spolka z oo",                                 /* Poland */
    "sprl",                                        /* Belgium */
    "spzoo",                                       /* Poland */
    "srl",                                         /* Italy, Romania, Spain, Belgium, Argentina */
    "srl a socio unico",                           /* Italy */
    "srl unipersonale",                            /* Italy */
    "srls",                                        /* Italy */
    "sro",                                         /* Czechia, Slovakia */
    "sti",                                         /* Turkey */
    "tbk",                                         /* Indonesia */
    "teo",                                         /* Ireland */
    "teoranta",                                    /* Ireland */
    "too",                                         /* Kazakhstan */
    "uab",                                         /* Lithuania */
    "uc",                                          /* Ireland */
    "ug",                                          /* Germany */
    "ug haftungsbeschrankt",                       /* Germany */
    "ug haftungsbeschrankt co kg",                 /* Germany */
    "ulc",                                         /* Canada */
    "unipessoal lda",                              /* Portugal */
    "unlimited",                                   /* United Kingdom */
    "ve tic as",                                   /* Turkey */
    "ve tic ltd sti",                              /* Turkey */
    "vof",                                         /* Netherlands */
    "vos",                                         /* Czechia */
    "vzw",                                         /* Belgium */
    "wll",                                         /* Bahrain, Kuwait, Qatar */
    "yk",                                          /* Japan */
    "yugen kaisha",                                /* Japan */
    "zrt",                                         /* Hungary */
    "αε",                                          /* Greece */
    "επε",                                         /* Greece */
    "ικε",                                         /* Greece */
    "ад",                                          /* Bulgaria */
    "ао",                                          /* Russia */
    "еад",                                         /* Bulgaria */
    "еоод",                                        /* Bulgaria */
    "зао",                                         /* Russia */
    "ип",                                          /* Russia */
    "оао",                                         /* Russia */
    "оод",                                         /* Bulgaria */
    "ооо",                                         /* Russia */
    "пао",                                         /* Russia */
    "пп",                                          /* Ukraine */
    "тзов",                                        /* Ukraine */
    "тов",                                         /* Ukraine */
};

static const char *const before[] = {
    "cong ty", "cong ty co phan", "cong ty cp", "cong ty tnhh", "ctcp", "kabushiki gaisha", "kabushiki kaisha", "kk",
    "oao", "ooo", "ooo npo", "pao", "pt", "sarl", "sia", "societe", "ste", "tnhh", "too", "tov", "uab", "zao", "ао",
    "зао", "ип", "оао", "ооо", "пао", "тов", "тоо",
};

/* Scripts without blanks write the form directly to the name. The longer of two with one begin comes first. */
static const struct {
    const char *word;
    bool both; /* before the name too */
} glued[] = {
    {"股份有限公司", false}, /* China, Taiwan */
    {"有限责任公司", false}, /* China */
    {"有限責任公司", false}, /* Taiwan, Hong Kong */
    {"有限公司", false},             /* China, Taiwan, Hong Kong */
    {"股份公司", false},             /* China */
    {"公司", false},                         /* China: company */
    {"株式会社", true},              /* Japan */
    {"有限会社", true},              /* Japan */
    {"合同会社", true},              /* Japan */
    {"合資会社", true},              /* Japan */
    {"주식회사", true},              /* Korea */
    {"유한회사", true},              /* Korea */
};

#define COUNT(a) (sizeof(a) / sizeof *(a))

bool icp__legal_form(const char *words, size_t n) {
    return icp__sorted_has(behind, COUNT(behind), words, n);
}

bool icp__legal_form_before(const char *words, size_t n) {
    return icp__sorted_has(before, COUNT(before), words, n);
}

size_t icp__legal_form_glued(const char *word, size_t n, bool *at_begin) {
    for (size_t i = 0; i < COUNT(glued); i++) {
        size_t size = strlen(glued[i].word);
        if (size >= n)
            continue;
        *at_begin = glued[i].both && memcmp(word, glued[i].word, size) == 0;
        if (*at_begin || memcmp(word + n - size, glued[i].word, size) == 0)
            return size;
    }
    return 0;
}
