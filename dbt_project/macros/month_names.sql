{#
  The names of the months and their short forms in the languages of Europe's shops, Turkish and
  Indonesian, in small letters without accents, as the Unicode CLDR lists them: January's up to the
  first semicolon, and so on. No word stands for two.
#}
{% macro month_names() -%}
    ene enero gen gennaio ian ianuarie jaenner jan janeiro janner januar januara januari january janv
    janvier led leden ledna oca ocak sty styczen stycznia tammi tammikuu tammikuuta січ січень січня янв
    январь января;
    feb febbraio febr febrero februar februara februari februarie february fev fevereiro fevr fevrier helmi
    helmikuu helmikuuta lut lutego luty sub subat uno unor unora лют лютии лютого февр февраль февраля;
    bre brezen brezna maalis maaliskuu maaliskuuta maart maerz mar marc marca march marcius marco marec
    maret mars mart martie marts marz marzec marzo mrt mrz бер березень березня мар март марта;
    abr abril apr april aprila aprile aprilie aprilis avr avril dub duben dubna huhti huhtikuu huhtikuuta
    kwi kwiecien kwietnia nis nisan апр апрель апреля квіт квітень квітня;
    kve kveten kvetna mag maggio mai maio maj maja majus may mayis mayo mayıs mei touko toukokuu toukokuuta
    маи мая трав травень травня;
    cerven cervna cvn cze czerwca czerwiec giu giugno haz haziran iun iunie juin jun juna june junho juni
    junio junius kesa kesakuu kesakuuta июн июнь июня черв червень червня;
    cervence cervenec cvc heina heinakuu heinakuuta iul iulie juil juillet jul jula julho juli julio julius
    july lip lipca lipiec lug luglio tem temmuz июл июль июля лип липень липня;
    ago agosto agu agustos agustus aout aug august augusta augusti augustus augusztus elo elokuu elokuuta
    sie sierpien sierpnia srp srpen srpna авг август августа серп серпень серпня;
    eyl eylul sep sept september septembra septembre septembrie septiembre set setembro setiembre settembre
    syys syyskuu syyskuuta szept szeptember wrz wrzesien wrzesnia zar zari вер вересень вересня сент
    сентябрь сентября;
    eki ekim loka lokakuu lokakuuta oct october octobre octombrie octubre okt oktober oktobra ott ottobre
    out outubro paz pazdziernik pazdziernika rij rijen rijna жовт жовтень жовтня окт октябрь октября;
    kas kasim kasım lis listopad listopada listopadu marras marraskuu marraskuuta noiembrie nov november
    novembra novembre novembro noviembre лист листопад листопада нояб ноябрь ноября;
    ara aralik aralık dec december decembra decembre decembrie des desember dez dezember dezembro dic
    dicembre diciembre gru grudnia grudzien joulu joulukuu joulukuuta pro prosince prosinec груд грудень
    грудня дек декабрь декабря
{%- endmacro %}

{# The names of the days of the week and their short forms in the same languages. #}
{% macro weekday_names() -%}
    ca car carsamba cmt cs csutortok ct ctvrtek cu cum cuma cumartesi czw czwartek di dienstag dim dimanche
    dinsdag do dom domenica domingo donderdag donnerstag du dum duminica fr fre fredag freitag fri friday
    gio giovedi hetfo je jeu jeudi joi ju jue jueves jum jumat kam kamis ke kedd keskiviikko keskiviikkona
    la lauantai lauantaina laurdag lo lor lordag lu lun lundi lunedi lunes luni lø lør lørdag ma maanantai
    maanantaina maandag man mandag mar mardi martedi martes marti me mer mercoledi mercredi mi mie miercoles
    miercuri min minggu mittwoch mo mon monday montag ne nedela nedele nie niedz niedziela on ons onsdag pa
    patek paz pazar pazartesi pe pentek per perjantai perjantaina persembe pi pia piatek piatok po pon
    pondeli pondelok poniedziałek pt pzt qua quarta-feira qui quinta-feira rab rabu sa sab sabado sabato
    sabtu sal salı sam sambata samedi samstag sat saturday seg segunda-feira sel selasa sen senin sex
    sexta-feira so sob sobota son sondag sonntag sr sro sroda st streda stvrtok su sun sunday sunnuntai
    sunnuntaina sze szerda szo szombat sø søn søndag ter terca-feira th thu thursday ti tiistai tiistaina
    tir tirs tirsdag tis tisdag to tor tors torsdag torstai torstaina tu tue tuesday ty tysdag ut utery
    utorok vasarnap ve ven vendredi venerdi vi vie viernes vin vineri vr vrijdag we wed wednesday wo
    woensdag wt wto wtorek za zaterdag zo zondag воскресенье вс вт вторник вівторок нд неділя п.ятниця пн
    понедельник понеділок пт пятница сб середа ср среда суббота субота четвер четверг чт
{%- endmacro %}
