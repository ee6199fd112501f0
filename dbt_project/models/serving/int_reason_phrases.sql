{#
  What reasons say, by language. In braces: the product that a reason speaks of, how often, how large a share in
  percent, in how many days, the date, and the category. `date` and `months` are how dates are written.
#}
{% set phrases = [
    ['habit', 'You buy this about every {days} days; last on {date}', 'Sie kaufen das etwa alle {days} Tage, zuletzt am {date}', 'Vous achetez ceci environ tous les {days} jours, la dernière fois le {date}', 'Compra esto cada {days} días aproximadamente; la última vez, el {date}'],
    ['bought_times', 'You bought this {count} times, last on {date}', 'Sie haben das {count}-mal gekauft, zuletzt am {date}', 'Vous avez acheté ceci {count} fois, la dernière fois le {date}', 'Compró esto {count} veces; la última, el {date}'],
    ['bought_once', 'You bought this on {date}', 'Sie haben das am {date} gekauft', 'Vous avez acheté ceci le {date}', 'Compró esto el {date}'],
    ['bought_undated', 'You bought this before', 'Sie haben das schon gekauft', 'Vous avez déjà acheté ceci', 'Ya compró esto'],
    ['had', 'You had this before, on {date}', 'Sie hatten das schon, am {date}', 'Vous avez déjà eu ceci, le {date}', 'Ya lo tuvo, el {date}'],
    ['rated', 'You rated this and have not bought it yet', 'Sie haben das bewertet und noch nicht gekauft', 'Vous avez noté ceci sans l’avoir encore acheté', 'Lo valoró y aún no lo ha comprado'],
    ['together', '{share}% of orders with {product}, which you bought, have this, too', '{share} % der Bestellungen mit {product}, das Sie gekauft haben, enthalten auch das', '{share} % des commandes avec {product}, que vous avez acheté, contiennent aussi ceci', 'El {share} % de los pedidos con {product}, que usted compró, también lo incluyen'],
    ['similar_bought', 'Like {product}, which you bought', 'Ähnlich wie {product}, das Sie gekauft haben', 'Semblable à {product}, que vous avez acheté', 'Parecido a {product}, que usted compró'],
    ['similar_rated', 'Like {product}, which you rated', 'Ähnlich wie {product}, das Sie bewertet haben', 'Semblable à {product}, que vous avez noté', 'Parecido a {product}, que usted valoró'],
    ['same_customers_bought', 'Chosen by customers of {product}, which you bought', 'Von Kunden gewählt, die wie Sie {product} gekauft haben', 'Choisi par les clients de {product}, que vous avez acheté', 'Elegido por clientes de {product}, que usted compró'],
    ['same_customers_rated', 'Chosen by customers of {product}, which you rated', 'Von Kunden gewählt, die {product} haben, das Sie bewertet haben', 'Choisi par les clients de {product}, que vous avez noté', 'Elegido por clientes de {product}, que usted valoró'],
    ['same_orders_bought', 'In the same orders as {product}, which you bought', 'In denselben Bestellungen wie {product}, das Sie gekauft haben', 'Dans les mêmes commandes que {product}, que vous avez acheté', 'En los mismos pedidos que {product}, que usted compró'],
    ['same_orders_rated', 'In the same orders as {product}, which you rated', 'In denselben Bestellungen wie {product}, das Sie bewertet haben', 'Dans les mêmes commandes que {product}, que vous avez noté', 'En los mismos pedidos que {product}, que usted valoró'],
    ['profile', 'Popular with customers like you, in {category}', 'Beliebt bei Kunden wie Ihnen, in {category}', 'Apprécié des clients comme vous, dans {category}', 'Popular entre clientes como usted, en {category}'],
    ['popular_bought', 'Bought by {count} customers in the last {days} days', 'Von {count} Kunden in den letzten {days} Tagen gekauft', 'Acheté par {count} clients ces {days} derniers jours', 'Comprado por {count} clientes en los últimos {days} días'],
    ['popular_rated', 'Rated by {count} customers in the last {days} days', 'Von {count} Kunden in den letzten {days} Tagen bewertet', 'Noté par {count} clients ces {days} derniers jours', 'Valorado por {count} clientes en los últimos {days} días'],
    ['popular_orders', 'In {count} orders of the last {days} days', 'In {count} Bestellungen der letzten {days} Tage', 'Dans {count} commandes de ces {days} derniers jours', 'En {count} pedidos de los últimos {days} días'],
    ['ever_bought', 'Bought by {count} customers', 'Von {count} Kunden gekauft', 'Acheté par {count} clients', 'Comprado por {count} clientes'],
    ['ever_rated', 'Rated by {count} customers', 'Von {count} Kunden bewertet', 'Noté par {count} clients', 'Valorado por {count} clientes'],
    ['ever_orders', 'In {count} orders', 'In {count} Bestellungen', 'Dans {count} commandes', 'En {count} pedidos'],
    ['new_bought', 'New, and like {product}, which you bought', 'Neu und ähnlich wie {product}, das Sie gekauft haben', 'Nouveau et semblable à {product}, que vous avez acheté', 'Nuevo y parecido a {product}, que usted compró'],
    ['new_rated', 'New, and like {product}, which you rated', 'Neu und ähnlich wie {product}, das Sie bewertet haben', 'Nouveau et semblable à {product}, que vous avez noté', 'Nuevo y parecido a {product}, que usted valoró'],
    ['tip', 'Our tip', 'Unser Tipp', 'Notre sélection', 'Nuestra sugerencia'],
    ['on_offer', 'On offer', 'Im Angebot', 'En promotion', 'En oferta'],
    ['on_offer_until', 'On offer until {date}', 'Im Angebot bis {date}', 'En promotion jusqu’au {date}', 'En oferta hasta el {date}'],
    ['on_offer_from', 'On offer from {date}', 'Im Angebot ab {date}', 'En promotion à partir du {date}', 'En oferta a partir del {date}'],
    ['on_offer_store', 'On offer at your store', 'In Ihrer Filiale im Angebot', 'En promotion dans votre magasin', 'En oferta en su tienda'],
    ['on_offer_store_until', 'On offer at your store until {date}', 'In Ihrer Filiale im Angebot bis {date}', 'En promotion dans votre magasin jusqu’au {date}', 'En oferta en su tienda hasta el {date}'],
    ['on_offer_store_from', 'On offer at your store from {date}', 'In Ihrer Filiale im Angebot ab {date}', 'En promotion dans votre magasin à partir du {date}', 'En oferta en su tienda a partir del {date}'],
    ['usual_offer', 'You usually buy this at a discount, and it is on offer', 'Sie kaufen das meist reduziert, und es ist im Angebot', 'Vous achetez ceci le plus souvent à prix réduit, et il est en promotion', 'Suele comprar esto con descuento, y está en oferta'],
    ['usual_offer_until', 'You usually buy this at a discount, and it is on offer until {date}', 'Sie kaufen das meist reduziert, und es ist im Angebot bis {date}', 'Vous achetez ceci le plus souvent à prix réduit, et il est en promotion jusqu’au {date}', 'Suele comprar esto con descuento, y está en oferta hasta el {date}'],
    ['usual_offer_from', 'You usually buy this at a discount, and it is on offer from {date}', 'Sie kaufen das meist reduziert, und es ist im Angebot ab {date}', 'Vous achetez ceci le plus souvent à prix réduit, et il est en promotion à partir du {date}', 'Suele comprar esto con descuento, y está en oferta a partir del {date}'],
    ['date', '{day} {month} {year}', '{day}. {month} {year}', '{day} {month} {year}', '{day} de {month} de {year}'],
    ['months', 'January,February,March,April,May,June,July,August,September,October,November,December', 'Januar,Februar,März,April,Mai,Juni,Juli,August,September,Oktober,November,Dezember', 'janvier,février,mars,avril,mai,juin,juillet,août,septembre,octobre,novembre,décembre', 'enero,febrero,marzo,abril,mayo,junio,julio,agosto,septiembre,octubre,noviembre,diciembre'],
] %}

with

settings as (select * from {{ ref('stg_settings') }}),

phrases as (
    {% for key, english, german, french, spanish in phrases %}
    select
        '{{ key }}' as phrase_key,
        '{{ english }}' as en,
        '{{ german }}' as de,
        '{{ french }}' as fr,
        '{{ spanish }}' as es
    {% if not loop.last %}union all{% endif %}
    {% endfor %}
)

select
    phrases.phrase_key,
    case settings.language
        when 'de' then phrases.de
        when 'fr' then phrases.fr
        when 'es' then phrases.es
        else phrases.en
    end as phrase
from phrases
cross join settings
