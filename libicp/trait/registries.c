/* SPDX-License-Identifier: MIT */
/* Where names are registered below a country's code, and where companies only have pages. Version 1; typed from general
 * knowledge of the country registries' own rules, and of the platforms. For matching only: extraction has its own, frozen list. */
#include "trait/identity.h"

/* Second-level registries, by bytes. */
static const char *const registries[] = {
    "ac.at", "ac.be", "ac.ru", "ad.jp", "adm.br", "adv.br", "agr.br", "alt.za", "arq.br", "art.br", "arts.ro", "asn.au",
    "asso.fr", "avocat.fr", "bbs.tr", "biz.id", "biz.my", "biz.pk", "biz.pl", "biz.tr", "biz.ua", "biz.vn", "br.com",
    "busan.kr", "ca.us", "cim.br", "cn.com", "co.at", "co.com", "co.it", "co.me", "co.nl", "co.no", "co.pl", "co.us",
    "com.ai", "com.de", "com.es", "com.fr", "com.hr", "com.io", "com.is", "com.pl", "com.pt", "com.ro", "com.ru",
    "com.se", "coop.br", "cr.it", "cri.nz", "de.com", "dni.us", "dr.tr", "eco.br", "ed.cr", "ed.jp", "edu.es", "edu.fr",
    "edu.it", "edu.pl", "edu.pt", "edu.ru", "eng.br", "ernet.in", "eti.br", "eu.com", "fam.pk", "far.br", "fin.ec",
    "firm.in", "firm.ro", "fm.br", "fnd.br", "fot.br", "from.hr", "fst.br", "g12.br", "gb.com", "gb.net", "gc.ca",
    "geek.nz", "gen.in", "gen.nz", "gen.tr", "ggf.br", "go.it", "gob.cl", "gob.es", "gok.pk", "gon.pk", "gop.pk",
    "gos.pk", "gouv.fr", "gov.ie", "gov.it", "gov.pl", "gov.pt", "gov.ru", "gov.si", "govt.nz", "gr.com", "gr.jp",
    "gub.uy", "gv.at", "hu.com", "hu.net", "id.au", "id.ir", "id.lv", "idn.tw", "idv.hk", "idv.tw", "imb.br", "in.net",
    "in.rs", "in.th", "in.ua", "ind.br", "ind.in", "inf.br", "info.au", "info.hu", "info.ke", "info.pk", "info.pl",
    "info.ro", "info.tr", "info.ve", "info.vn", "int.pt", "iwi.nz", "iz.hr", "jor.br", "jp.net", "jpn.com", "jus.br",
    "k12.il", "k12.tr", "kh.ua", "kiev.ua", "kiwi.nz", "kr.com", "kyiv.ua", "law.za", "leg.br", "lg.jp", "lt.ua",
    "ltd.cy", "ltd.lk", "ltd.uk", "lviv.ua", "maori.nz", "mat.br", "mb.ca", "me.ke", "me.uk", "med.br", "mi.th",
    "mil.pl", "mobi.ke", "mod.uk", "msk.ru", "mus.br", "my.id", "name.hr", "name.my", "name.tr", "name.vn", "nat.tn",
    "ne.jp", "ne.ke", "ne.kr", "ne.tz", "ne.ug", "net.pl", "net.ru", "ngo.ph", "ngo.za", "nhs.uk", "nic.in", "nic.tr",
    "no.com", "nom.br", "nom.co", "nom.es", "nom.fr", "nom.pa", "nom.pe", "nom.pl", "nom.ro", "nom.za", "nt.ca",
    "ntr.br", "nu.ca", "odessa.ua", "odo.br", "on.ca", "or.at", "or.it", "org.es", "org.pl", "org.pt", "org.ro",
    "org.ru", "parliament.nz", "parliament.uk", "pe.ca", "pe.kr", "plc.uk", "pol.tr", "police.uk", "pp.ru", "pp.ua",
    "ppg.br", "presse.fr", "priv.hu", "pro.ar", "pro.br", "pro.ec", "pro.vn", "psc.br", "psi.br", "publ.pt", "qc.ca",
    "qc.com", "qsl.br", "re.kr", "rec.ro", "res.in", "ru.com", "sa.com", "sc.ke", "sc.kr", "sc.tz", "sc.ug", "sch.ae",
    "sch.id", "sch.ir", "sch.jo", "sch.lk", "sch.ly", "sch.ng", "sch.qa", "sch.sa", "sch.uk", "sch.zm", "school.nz",
    "school.za", "se.com", "se.net", "seoul.kr", "sk.ca", "slg.br", "spb.ru", "srv.br", "store.ro", "tel.tr", "tm.fr",
    "tm.hu", "tm.ro", "tm.se", "tm.za", "tmp.br", "trd.br", "tur.ar", "tur.br", "tv.br", "tv.tr", "uk.com", "uk.net",
    "us.com", "us.org", "uy.com", "vet.br", "waw.pl", "web.id", "web.lk", "web.ni", "web.pk", "web.tj", "web.tr",
    "web.ve", "web.za", "www.ro", "yk.ca", "za.com",
};

/* Hosts under which each page or subdomain is somebody else's; what stands under them too. By bytes. */
static const char *const platforms[] = {
    "000webhostapp.com", "about.me", "academia.edu", "adobe.io", "airtable.com", "alibaba.com", "aliexpress.com",
    "allegro.pl", "amazonaws.com", "angel.co", "angellist.com", "apps.apple.com", "appspot.com", "archive.org",
    "atlassian.net", "azurewebsites.net", "bandcamp.com", "beehiiv.com", "behance.net", "bigcartel.com",
    "bigcommerce.com", "bit.ly", "bitbucket.io", "bitbucket.org", "blogger.com", "blogspot.ca", "blogspot.co.uk",
    "blogspot.com", "blogspot.com.au", "blogspot.com.br", "blogspot.de", "blogspot.fr", "blogspot.in", "blogspot.it",
    "blogspot.jp", "blogspot.mx", "blogspot.nl", "bloomberg.com", "bravesites.com", "bsky.app", "bsky.social",
    "bubbleapps.io", "business.site", "calendly.com", "canva.site", "carrd.co", "cloudfront.net", "codeberg.org",
    "codeberg.page", "crunchbase.com", "deviantart.com", "discord.com", "discord.gg", "docs.google.com", "douban.com",
    "dribbble.com", "drive.google.com", "dropbox.com", "dropboxusercontent.com", "duckdns.org", "ebay.com",
    "edublogs.org", "etsy.com", "eventbrite.com", "exblog.jp", "facebook.com", "fandom.com", "fb.com", "fb.me",
    "fc2.com", "firebaseapp.com", "flickr.com", "fly.dev", "framer.app", "framer.website", "g.page", "geocities.com",
    "ghost.io", "gitbook.io", "github.com", "github.io", "gitlab.com", "gitlab.io", "glassdoor.com", "glitch.me",
    "godaddysites.com", "goo.gl", "groups.google.com", "gumroad.com", "hatenablog.com", "herokuapp.com",
    "homestead.com", "hs-sites.com", "hubpages.com", "hubspotpagebuilder.com", "huggingface.co", "indeed.com",
    "indiamart.com", "indiegogo.com", "instagram.com", "issuu.com", "itch.io", "itunes.apple.com", "jimdo.com",
    "jimdofree.com", "jimdosite.com", "justdial.com", "kickstarter.com", "ko-fi.com", "launchrock.com", "lazada.com",
    "line.me", "linkedin.cn", "linkedin.com", "linktr.ee", "livejournal.com", "lnkd.in", "lovable.app",
    "maps.google.com", "mastodon.social", "medium.com", "meetup.com", "mercadolibre.com", "microsoftonline.com",
    "mixcloud.com", "mozello.com", "myshopify.com", "myspace.com", "mystrikingly.com", "mywebsite-editor.com",
    "naver.me", "netlify.app", "netlify.com", "ning.com", "notion.site", "notion.so", "ok.ru", "onmicrosoft.com",
    "onrender.com", "over-blog.com", "pages.dev", "patreon.com", "pinterest.com", "pitchbook.com", "play.google.com",
    "plus.google.com", "portfoliobox.net", "producthunt.com", "quora.com", "railway.app", "readthedocs.io",
    "reddit.com", "repl.co", "replit.app", "replit.dev", "researchgate.net", "sharepoint.com", "shopee.com",
    "shopify.com", "simplesite.com", "site123.me", "sites.google.com", "skyrock.com", "slack.com", "slideshare.net",
    "snapchat.com", "soundcloud.com", "sourceforge.io", "sourceforge.net", "space.bilibili.com", "spotify.com",
    "squarespace.com", "squareup.com", "squareup.site", "stackoverflow.com", "startupxplore.com", "strikingly.com",
    "substack.com", "surge.sh", "t.co", "t.me", "taobao.com", "teachable.com", "telegram.me", "telegram.org",
    "thinkific.com", "threads.net", "tiktok.com", "tilda.ws", "tinyurl.com", "tripadvisor.com", "trustpilot.com",
    "tumblr.com", "twitch.tv", "twitter.com", "typeform.com", "typepad.com", "ucoz.ru", "upwork.com", "vercel.app",
    "vimeo.com", "vk.com", "wa.me", "web.app", "webflow.io", "wechat.com", "weebly.com", "weebly.net", "weebly.site",
    "weibo.com", "wellfound.com", "whatsapp.com", "wikidot.com", "wikipedia.org", "wix.com", "wixsite.com",
    "wixstudio.io", "wordpress.com", "wordpress.org", "workers.dev", "wpengine.com", "wufoo.com", "x.com", "xing.com",
    "yelp.com", "yolasite.com", "youku.com", "youtu.be", "youtube.com", "zendesk.com", "zhihu.com", "zohosites.com",
    "zoominfo.com",
};

bool icp__sorted_has(const char *const *table, size_t count, const char *word, size_t n) {
    size_t lo = 0, hi = count;
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        int c = strncmp(table[mid], word, n);
        if (c == 0 && !table[mid][n])
            return true;
        if (c < 0)
            lo = mid + 1;
        else
            hi = mid;
    }
    return false;
}

#define COUNT(a) (sizeof(a) / sizeof *(a))

/* Where the last `labels` labels of a host begin; 0 = it has no more than those. */
static size_t tail(const char *host, size_t n, int labels) {
    size_t at = n;
    while (at > 0)
        if (host[--at] == '.' && --labels == 0)
            return at + 1;
    return 0;
}

/* Two letters in front of a country code that its registry hands out below: the usual ones, where our list has no say. */
static bool is_usual(const char *label, size_t n) {
    static const char *const usual[] = {"ac", "co", "com", "edu", "go", "gob", "gouv", "gov", "mil", "net", "or", "org"};
    return icp__sorted_has(usual, COUNT(usual), label, n);
}
/* Countries whose names stand directly below the code; what our list does not name there is a name like any other. */
static bool is_flat(const char *country) {
    static const char *const flat[] = {"ai", "at", "be", "ca", "cc", "ch", "cl", "cz", "de", "dk", "es", "eu", "fi", "fr", "hr", "ie", "io", "is",
                                       "it", "li", "lt", "lu", "me", "nl", "no", "pl", "pt", "ro", "ru", "se", "si", "sk", "tv", "us"};
    return icp__sorted_has(flat, COUNT(flat), country, 2);
}

size_t icp__registry_size(const char *host, size_t n) {
    size_t last = tail(host, n, 1), second = tail(host, n, 2);
    if (last == 0)
        return n;
    if (icp__sorted_has(registries, COUNT(registries), host + second, n - second))
        return n - second;
    if (n - last == 2 && is_usual(host + second, last - 1 - second) && !is_flat(host + last))
        return n - second;
    return n - last;
}

bool icp__is_platform(const char *host, size_t n) {
    for (int labels = 2; labels <= 4; labels++) {
        size_t at = tail(host, n, labels);
        if (icp__sorted_has(platforms, COUNT(platforms), host + at, n - at))
            return true;
        if (at == 0)
            break;
    }
    return false;
}
