{#
  What may stand before a price's digits ('before') or behind them ('behind'), as a pattern: the codes
  of ISO 4217 in use and those that the euro and other reforms replaced; any currency sign, with the
  letters of a country beside it (HK$, $CA, CN¥); and the words and short forms of shops. Up to two may
  stand there: 'US$ USD'. A cent isn't a price's unit, 'k' and 'M' multiply: none of them is here.
#}
{% macro currency_marks(place) -%}
    {%- set codes = (
        'AED AFN AMD AOA ARS AUD AWG AZN BBD BDT BGN BHD BIF BMD BND BOV BRL BSD BTN BWP BYN BZD CAD CDF CHF CHW CLF CLP '
        ~ 'CNH CNY COP COU CRC CUC CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GHS GIP GMD GNF GTQ GYD HKD HNL HTG '
        ~ 'HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LBP LKR LRD LSL LYD MDL MGA MKD MMK '
        ~ 'MNT MRU MUR MVR MWK MXN MXV MYR MZN NAD NGN NIO NOK NPR NZD OMR PGK PHP PKR PLN PYG QAR RMB RSD RUB RUR RWF SAR '
        ~ 'SBD SCR SDG SEK SGD SHP SLE SRD SSP STN SVC SYP SZL THB TJS TMT TND TTD TWD TZS UAH UGX USD USN UYI UYU UYW UZS '
        ~ 'VED VES VND VUV WST XAD XAF XAG XAU XBA XBB XBC XBD XCD XCG XDR XOF XPD XPF XPT XSU XUA YER ZAR ZMW ZWG '
        ~ 'ANG ATS BEF BYR CYP EEK FIM FRF GRD HRK IEP ITL LTL LUF LVL MRO MTL NLG PTE ROL SIT SKK SLL STD TRL VEB VEF ZWL'
    ).split() -%}
    {#- these codes are words in small letters: 'all', 'cup', 'pen', 'mad' -#}
    {%- set words = 'ALL BAM BOB CHE CUP DEM ESP GEL LAK MAD MOP PAB PEN RON SOS TOP TRY XTS XXX' -%}
    {#- short forms that are words or measures in other letters: 'km', 'le', 'mt' -#}
    {%- set words = words ~ (
        ' KM КМ DA DT JD KD BD LD MD QR SR RO LE Le LS UM VT MK MT MTn RF Rf FRw FBu FC FG Fdj CF Cf CFP CFPF FCFP Cg Db DM Nu Ar Br'
        ~ ' Gs Tk Re Kz ZK FF BF ZiG Nfk Lit'
    ) -%}
    {%- set names = [
        'dollars?', 'euros?', 'pounds?', 'yen', 'yuan', 'renminbi', 'rupees?', 'pesos?', 'rea(?:l|is)', 'francs?', 'franken', 's?fr',
        'kron(?:e|er|a|or)', '[sdni]?kr', 'kč', 'kc', 'korun[ay]?', 'zł', 'zl', 'złot(?:y|ych|e)', 'ft', 'forint', 'lei', 'leu',
        'lev[as]?', 'лева?', 'лв', 'руб(?:ль|ля|лей)?', 'р', 'грн', 'гривен', 'гривн[яі]', 'тг', 'тенге', 'со[мў]м?', 'сўм', 'сум',
        'ден', 'дин', 'щ[.]?д', 'кч', 'зл', 'тмт', 'лсл', 'тл', 'din', 'den', 'kn', 'kuna', 'tl', 'liras?', 'lire', 'rand',
        'naira', 'cedis?', '[ktu]?shs?', 'shillings?', 'dhs?', 'dirhams?', 'riyals?', 'rials?', 'dinars?', 'l[.]e', 'k[.]d', 'rp',
        'rupiah', 'rm', 'ringgit', 'baht', 'đ', 'đồng', 'dong', 'vnđ', 'won', 'taka', 'nrs', 'rs', 'manat', 'lari', 'dram',
        'quetzal(?:es)?', 'lempiras?', 'col[oó]n(?:es)?', 'sol(?:es)?', 's/', 'b/', 'bs(?:[.]?[sfd])?', 'bol[ií]var(?:es)?',
        'guaran[ií](?:es)?', 'birr', 'kwacha', 'kwanzas?', 'pulas?', 'shekels?', 'nis', 'ש["״]?ח', 'fcfa', '(?:f ?)?cfa', 'n?afl', 'hfl', 'kg[.]',
        'ös', 'ptas?', 'esc', 'so[ʻ’\'\']m', 'som', 'lekë?', '[元圆圓円圎원塊块]', '人民[币幣]', '[日美港]元', '港[币幣]', '新?[台臺][币幣]',
        'บาท', 'रु', 'रू', 'नेरू', 'රු', 'টাকা', 'ብር', 'ლარი', 'դր', 'ރ', 'සිෆ්එ', 'د[. ]?[أإبتجعكلم]', 'ج[. ]?[سم]', 'ر[. ]?[إسعقي]?',
        'ل[. ]?[سل]', 'أ[. ]?م', 'ر[يی]ال', 'درهم', 'دينار', 'جنيه', 'ليرة', 'تومان', 'فرانک ?cfa'
    ] -%}
    {#- one letter: 'Q 50', and 'F' behind, but not '5 L', which are litres -#}
    {%- set letters = '[CDEGKLMNPQRS]' if place == 'before' else 'F' -%}
    {%- set sign = '[$£¤¥֏؋৲৳৻૱௹฿៛₠-⃀꠸﷼﹩＄￡￥￦]' -%}
    (?i)(?:(?:{{ codes | join('|') }}|(?-i:{{ words.split() | join('|') }}|{{ letters }})|{{ names | join('|') }}|(?-i:(?:[A-Z][A-Za-z]{0,2}[.]? ?)?{{ sign }}[./]?(?: ?[A-Z]{2})?))[. ]*){1,2}
{%- endmacro %}
