/* SPDX-License-Identifier: MIT */
/* Hosts where private persons have mailboxes: an address there says nothing about the company. Version 1; typed from general
 * knowledge: the large free services, internet providers by country, and throw-away addresses. */
#include "trait/identity.h"

static const char *const hosts[] = {
    "012.net.il", "013.net", "10minutemail.com", "126.com", "139.com", "163.com", "188.com", "189.cn", "21cn.com",
    "263.net", "51.com", "9online.fr", "a1.net", "aapt.net.au", "absamail.co.za", "abv.bg", "accountant.com",
    "adam.com.au", "adelphia.net", "aim.com", "airtelmail.in", "alaska.net", "alice-dsl.net", "alice.de", "alice.it",
    "aliceadsl.fr", "aliyun.com", "ameritech.net", "anonaddy.me", "aon.at", "apollo.lv", "arcor.de", "arnet.com.ar",
    "asia.com", "atlas.cz", "att.net", "au.com", "autistici.org", "autograf.pl", "autorambler.ru", "azet.sk", "bbox.fr",
    "belgacom.net", "bell.net", "bellsouth.net", "bezeqint.net", "biglobe.ne.jp", "bigmir.net", "bigpond.com",
    "bigpond.net.au", "bk.ru", "bluewin.ch", "blueyonder.co.uk", "bol.com.br", "bredband.net", "bresnan.net",
    "broadpark.no", "bsnl.in", "bt.com", "btinternet.com", "btopenworld.com", "buziaczek.pl", "c2i.net", "cableone.net",
    "caiway.nl", "cantv.net", "caramail.com", "casema.nl", "cegetel.net", "centrum.cz", "centrum.sk", "centurylink.net",
    "centurytel.net", "charter.net", "cheerful.com", "chello.at", "chello.hu", "chello.nl", "chinaren.com",
    "citromail.hu", "ciudad.com.ar", "clear.net.nz", "clix.pt", "club-internet.fr", "cock.li", "cogeco.ca",
    "comcast.net", "comhem.se", "compuserve.com", "consultant.com", "countermail.com", "cox.net", "daum.net",
    "delfi.lt", "demon.co.uk", "dion.ne.jp", "dir.bg", "directbox.com", "disney.ne.jp", "dispostable.com",
    "disroot.org", "dnainternet.net", "docomo.ne.jp", "doctor.com", "dodo.com.au", "dr.com", "dreamwiz.com", "duck.com",
    "earthlink.net", "eastlink.ca", "eim.ae", "eircom.net", "elisanet.fi", "email.com", "email.cz", "email.de",
    "email.it", "email.si", "email.ua", "emailn.de", "embarqmail.com", "emirates.net.ae", "empal.com", "engineer.com",
    "entelchile.net", "europe.com", "euskaltel.net", "ewe.net", "ewetel.net", "excite.co.jp", "excite.com",
    "ezweb.ne.jp", "fastmail.com", "fastmail.fm", "fastmail.net", "fastwebnet.it", "fibertel.com.ar", "flash.net",
    "forthnet.gr", "foxmail.com", "free.fr", "freemail.hu", "freenet.de", "freeserve.co.uk", "freeuk.com", "frisurf.no",
    "frontier.com", "frontiernet.net", "gazeta.pl", "gci.net", "get2net.dk", "getmail.no", "getnada.com", "globo.com",
    "globomail.com", "go2.pl", "goo.jp", "green.ch", "guerrillamail.com", "hailmail.net", "hanmail.net", "hanmir.com",
    "hawaiiantel.net", "hccnet.nl", "hetnet.nl", "hey.com", "hinet.net", "hispeed.ch", "hknet.com", "hol.gr", "home.nl",
    "home.ro", "home.se", "hot.ee", "hotbox.ru", "hughes.net", "hush.com", "hushmail.com", "i.ua", "iafrica.com",
    "ig.com.br", "ihug.co.nz", "iinet.net.au", "in.com", "in.gr", "iname.com", "inbox.com", "inbox.lt", "inbox.lv",
    "inbox.ru", "indamail.hu", "indiatimes.com", "indigo.ie", "inet.hr", "infinitum.com.mx", "infoseek.jp", "inode.at",
    "insightbb.com", "interia.eu", "interia.pl", "internet.is", "internet.ru", "inwind.it", "iol.ie", "iol.it",
    "iol.pt", "jubii.dk", "juno.com", "kabelmail.de", "kabsi.at", "kakao.com", "katamail.com", "keemail.me",
    "knology.net", "kolumbus.fi", "korea.com", "kpnmail.nl", "kpnplanet.nl", "lantic.net", "laposte.net", "lavabit.com",
    "lawyer.com", "lenta.ru", "libero.it", "libertysurf.fr", "lineone.net", "list.ru", "luukku.com", "lycos.co.kr",
    "lycos.com", "lycos.de", "mac.com", "magenta.de", "mail.bg", "mail.by", "mail.com", "mail.de", "mail.dk", "mail.ee",
    "mail.ru", "mail.ua", "mailbox.gr", "mailbox.org", "maildrop.cc", "mailfence.com", "mailinator.com",
    "mailnesia.com", "maktoob.com", "me.com", "mediacombb.net", "meta.ua", "mindspring.com", "movistar.es",
    "mozmail.com", "mts.net", "mweb.co.za", "mynet.com", "myrambler.ru", "myself.com", "myyahoo.com", "narod.ru",
    "nate.com", "naver.com", "neostrada.pl", "net.hr", "netcabo.pt", "netcologne.de", "netscape.net", "netti.fi",
    "netvigator.com", "netvision.net.il", "netzero.com", "netzero.net", "neuf.fr", "nifty.com", "nifty.ne.jp", "nm.ru",
    "noos.fr", "ntlworld.com", "numericable.fr", "nvbell.net", "o2.co.uk", "o2.pl", "o2online.de", "ocn.ne.jp",
    "odn.ne.jp", "ofir.dk", "oi.com.br", "one.lt", "one.lv", "onet.eu", "onet.pl", "onetel.com", "online.de",
    "online.ee", "online.nl", "online.no", "ono.com", "op.pl", "optimum.net", "optonline.net", "optusnet.com.au",
    "orange.fr", "orange.net", "orcon.net.nz", "osnanet.de", "otenet.gr", "ozemail.com.au", "pacbell.net",
    "pacific.net.sg", "pandora.be", "paradise.net.nz", "paran.com", "passagen.se", "passport.com", "pathfinder.gr",
    "pchome.com.tw", "peoplepc.com", "pipex.com", "plala.or.jp", "planet.nl", "plusnet.com", "pm.me", "pobox.sk",
    "pochta.ru", "poczta.fm", "post.com", "post.cz", "post.sk", "poste.it", "posteo.de", "posteo.net", "primus.ca",
    "prodigy.net", "prodigy.net.mx", "proton.me", "proximus.be", "q.com", "qq.com", "quick.cz", "quicknet.nl",
    "qwest.net", "r7.com", "rambler.ru", "rcn.com", "rdslink.ro", "rediffmail.com", "riseup.net", "ro.ru",
    "roadrunner.com", "rogers.com", "rr.com", "runbox.com", "sancharnet.in", "sapo.pt", "sasktel.net", "saudi.net.sa",
    "saunalahti.fi", "sbcglobal.net", "scarlet.be", "seed.net.tw", "sent.com", "seznam.cz", "sfr.fr", "sharklasers.com",
    "shaw.ca", "sify.com", "simnet.is", "simplelogin.com", "sina.cn", "sina.com", "sina.com.cn", "singnet.com.sg",
    "siol.net", "sky.com", "skynet.be", "slingshot.co.nz", "snet.net", "so-net.ne.jp", "softbank.ne.jp", "sohu.com",
    "sol.dk", "speedy.com.ar", "spoko.pl", "spray.se", "starhub.net.sg", "start.no", "startmail.com", "stofanet.dk",
    "suddenlink.net", "sunrise.ch", "suomi24.fi", "supanet.com", "supereva.it", "superig.com.br", "superonline.com",
    "swbell.net", "swipnet.se", "sympatico.ca", "t-com.hr", "t-online.de", "t-online.hu", "talktalk.net", "tdcadsl.dk",
    "tds.net", "techie.com", "teksavvy.com", "tele2.fr", "tele2.nl", "tele2.se", "telefonica.net", "telenet.be",
    "telepac.pt", "teletu.it", "telfort.nl", "telia.com", "telia.se", "telkomsa.net", "telus.net", "temp-mail.org",
    "tempmail.com", "terra.com.br", "terra.es", "throwawaymail.com", "tin.it", "tiscali.co.uk", "tiscali.cz",
    "tiscali.it", "tlen.pl", "tom.com", "tpg.com.au", "trashmail.com", "ttmail.com", "ttnet.net.tr", "turk.net",
    "tut.by", "tuta.com", "tuta.io", "tutamail.com", "tvnet.lv", "twc.com", "ukr.net", "une.net.co", "unity-mail.de",
    "unitybox.de", "uol.com.br", "uolsinectis.com.ar", "upcmail.hu", "upcmail.nl", "usa.com", "usa.net", "verizon.net",
    "versanet.de", "videotron.ca", "vip.hr", "vipmail.hu", "virgilio.it", "virgin.net", "virginmedia.com",
    "vodafone.ne.jp", "vodafone.pt", "vodafonemail.de", "vodamail.co.za", "voila.fr", "volny.cz", "voo.be", "vp.pl",
    "vsnl.com", "vsnl.net", "vtr.net", "walla.co.il", "walla.com", "wanadoo.co.uk", "wanadoo.es", "wanadoo.fr",
    "web.de", "webmail.co.za", "webspeed.dk", "welho.com", "westnet.com.au", "windowslive.com", "windstream.net",
    "wo.cn", "wowway.com", "wp.pl", "writeme.com", "xs4all.nl", "xtra.co.nz", "ya.com", "ya.ru", "ybb.ne.jp",
    "yeah.net", "yopmail.com", "zahav.net.il", "zeelandnet.nl", "ziggo.nl", "zipmail.com.br", "zoho.com", "zoho.in",
    "zohomail.com", "zohomail.in", "zonnet.nl", "zoznam.sk",
};

/* Services that have the same name in many countries: yahoo.co.jp, live.nl. */
static const char *const families[] = {
    "aol", "gmail", "gmx", "googlemail", "hotmail", "icloud", "live", "msn", "outlook", "protonmail", "rocketmail",
    "tutanota", "yahoo", "yandex", "ymail",
};

#define COUNT(a) (sizeof(a) / sizeof *(a))

bool icp__is_mail_host(const char *domain, size_t n, size_t label) {
    return icp__sorted_has(families, COUNT(families), domain, label) || icp__sorted_has(hosts, COUNT(hosts), domain, n);
}
