"""Places: cities, quarters, streets, stations and landmarks, most of them composed."""

from random import Random

from .grammar import define, split

CITIES = split("""Lagos|Nairobi|Accra|Dakar|Tunis|Rabat|Cairo|Luanda|Maputo|Kigali|Kampala|Addis Ababa|Cape Town|Durban|Windhoek|Gaborone|Lusaka|Harare|Athens|
Barcelona|Madrid|Valencia|Sevilla|Bilbao|Granada|Málaga|Lisboa|Coimbra|Braga|Faro|Paris|Lyon|Marseille|Lille|Nantes|Toulouse|Bordeaux|Rennes|Nice|
Brussels|Ghent|Antwerp|Liège|Bruges|Amsterdam|Utrecht|Leiden|Eindhoven|Groningen|Berlin|Hamburg|Köln|München|Leipzig|Dresden|Bremen|Freiburg|Nürnberg|
Mainz|Münster|Potsdam|Vienna|Salzburg|Innsbruck|Linz|Zürich|Basel|Bern|Geneva|Lausanne|Lugano|Milan|Rome|Naples|Bologna|Florence|Venice|Genoa|Palermo|
Bari|Verona|Trieste|Cagliari|Copenhagen|Aarhus|Odense|Oslo|Bergen|Trondheim|Tromsø|Stockholm|Gothenburg|Malmö|Uppsala|Helsinki|Turku|Tampere|Oulu|
Tallinn|Riga|Vilnius|Kaunas|Warsaw|Kraków|Gdańsk|Wrocław|Poznań|Łódź|Prague|Brno|Ostrava|Bratislava|Košice|Budapest|Debrecen|Szeged|Ljubljana|Maribor|
Zagreb|Split|Rijeka|Belgrade|Novi Sad|Sarajevo|Skopje|Sofia|Plovdiv|Varna|Bucharest|Cluj|Timișoara|Iași|Brașov|Chișinău|Kyiv|Lviv|Odesa|Istanbul|
Ankara|İzmir|Bursa|Antalya|Tbilisi|Yerevan|Baku|Almaty|Tashkent|Tehran|Isfahan|Dubai|Doha|Muscat|Amman|Beirut|Haifa|Jerusalem|Karachi|Lahore|Delhi|
Mumbai|Pune|Chennai|Bangalore|Kolkata|Jaipur|Kochi|Dhaka|Colombo|Kathmandu|Bangkok|Chiang Mai|Hanoi|Da Nang|Ho Chi Minh City|Phnom Penh|Vientiane|
Kuala Lumpur|Penang|Singapore|Jakarta|Bandung|Yogyakarta|Denpasar|Manila|Cebu|Taipei|Tainan|Hong Kong|Shenzhen|Shanghai|Beijing|Chengdu|Seoul|Busan|
Incheon|Tokyo|Osaka|Kyoto|Sapporo|Fukuoka|Nagoya|Hiroshima|Sydney|Melbourne|Brisbane|Perth|Adelaide|Hobart|Auckland|Wellington|Christchurch|Dunedin|
Honolulu|Seattle|Portland|San Francisco|Oakland|San Jose|Los Angeles|San Diego|Phoenix|Tucson|Denver|Boulder|Salt Lake City|Austin|Dallas|Houston|
New Orleans|Nashville|Memphis|Atlanta|Miami|Tampa|Orlando|Charlotte|Raleigh|Richmond|Baltimore|Philadelphia|Pittsburgh|Boston|Providence|New Haven|
New York|Buffalo|Cleveland|Detroit|Chicago|Milwaukee|Minneapolis|St. Louis|Kansas City|Omaha|Toronto|Ottawa|Montréal|Québec|Halifax|Winnipeg|Calgary|
Vancouver|Victoria|Mexico City|Guadalajara|Oaxaca|Puebla|Mérida|Havana|Kingston|San Juan|Panama City|Bogotá|Medellín|Cali|Quito|Lima|Cusco|La Paz|
Santiago|Valparaíso|Buenos Aires|Córdoba|Rosario|Mendoza|Montevideo|Asunción|São Paulo|Rio de Janeiro|Salvador|Recife|Curitiba|Porto Alegre|Brasília|
London|Manchester|Liverpool|Leeds|Sheffield|Bristol|Bath|Brighton|Oxford|Cambridge|Norwich|York|Newcastle|Durham|Nottingham|Leicester|Coventry|Exeter|
Plymouth|Cardiff|Swansea|Edinburgh|Glasgow|Aberdeen|Dundee|Inverness|Belfast|Derry|Dublin|Cork|Galway|Limerick|Reykjavik|Valletta|Nicosia|Heraklion|
Thessaloniki|Patras|Ghent|Leuven|Maastricht|Aachen""")

QUARTERS = split("""Neukölln|Kreuzberg|Prenzlauer Berg|Friedrichshain|Wedding|Moabit|Ottensen|St. Pauli|Schwabing|Haidhausen|Ehrenfeld|Nippes|Bockenheim|Gohlis|Camden|
Hackney|Islington|Brixton|Dalston|Greenwich|Stratford|Ealing|Richmond|Balham|Tooting|Walthamstow|Deptford|Fulham|Chelsea|Notting Hill|Marylebone|
Wapping|Didsbury|Chorlton|Ancoats|Headingley|Jericho|Clifton|Bedminster|Leith|Morningside|Govan|Partick|Rathmines|Ranelagh|Smithfield|Brooklyn|Queens|
Harlem|Astoria|Williamsburg|Bushwick|Park Slope|Greenpoint|Tribeca|Chinatown|Little Italy|Fishtown|Georgetown|Capitol Hill|Ballard|Fremont|
the Mission|Noe Valley|North Beach|Echo Park|Silver Lake|Venice Beach|Pilsen|Wicker Park|Hyde Park|Logan Square|Back Bay|Beacon Hill|Le Marais|
Belleville|Montmartre|Bastille|Oberkampf|Croix-Rousse|Trastevere|Testaccio|Brera|Navigli|San Lorenzo|Gràcia|El Raval|Poblenou|Lavapiés|Malasaña|
Chueca|Triana|Ruzafa|Alfama|Bairro Alto|Graça|Cedofeita|Vesterbro|Østerbro|Amager|Grünerløkka|Frogner|Södermalm|Östermalm|Vasastan|Majorna|Vallila|
Töölö|Praga|Kazimierz|Podgórze|Nowa Huta|Žižkov|Vinohrady|Karlín|Smíchov|Erzsébetváros|Kadıköy|Beşiktaş|Balat|Karaköy|Exarchia|Kypseli|Koukaki|
Florentin|Jaffa|Zamalek|Maadi|Yaba|Lekki|Westlands|Kilimani|Woodstock|Observatory|Bandra|Colaba|Koramangala|Indiranagar|Hauz Khas|Sukhumvit|Thonglor|
Ari|Tiong Bahru|Katong|Kemang|Makati|Poblacion|Shibuya|Shimokitazawa|Nakameguro|Yanaka|Asakusa|Namba|Hongdae|Itaewon|Seongsu|Gangnam|Fitzroy|Carlton|
Brunswick|Newtown|Surry Hills|Glebe|Ponsonby|Te Aro|Palermo Soho|San Telmo|Recoleta|Barranco|Miraflores|Roma Norte|Coyoacán|Condesa|La Candelaria|
Pinheiros|Vila Madalena|Botafogo|Santa Teresa|Kensington Market|Plateau|Mile End|Kitsilano|Gastown|Oerlikon|Wiedikon|Ottakring|Josefstadt|
Leopoldstadt|Oud-West|De Pijp|Jordaan|Noord|Saint-Gilles|Ixelles|Borgerhout|the old town|the city centre|downtown|the harbour|the university campus|
the business park|the marina|the riverside|the fairground|the tech park|the industrial estate|the seafront|midtown|the east side|the suburbs""")

ROOTS = split("""Maple|Oak|Birch|Cedar|Willow|Chestnut|Linden|Poplar|Hazel|Juniper|Church|Market|Bridge|Victoria|Albert|King|Prince|Duke|Abbey|Castle|Park|Garden|
River|Spring|Harbour|Fisher|Baker|Cooper|Tanner|Weaver|Miller|Potter|Saddler|Chapel|Priory|Orchard|Meadow|Hill|High|Low|North|South|Canal|Wharf|Lock|
Stone|Green|White|Red|Silver|Golden|Franklin|Lincoln|Jefferson|Madison|Monroe|Harrison|Webster|Lexington|Fulton|Bowery|Mercer|Spruce|Walnut|Cherry|
Magnolia|Dogwood|Sycamore|Hawthorn|Rosemary|Fairview|Sunset|Nelson|Wellington|Cromwell|Kingsley|Ashford|Bradley|Marlow|Penrose|Hartley|Ferndale|Glebe|
Whitfield|Lambourn|Thornbury|Eastgate|Westgate|Northgate|Kelvin|Dumbarton""")
ROADS = split("""Street|Street|Road|Road|Avenue|Lane|Square|Gardens|Terrace|Crescent|Close|Place|Row|Way|Drive|Boulevard|Court|Parade|Walk|Hill|Green|Common|Quay|
Wharf|St|Rd|Ave|Mews""")
SAINTS = split("Anne|Mark|Luke|John|Peter|Paul|James|Clare|George|Andrew|Stephen|Martin|Nicholas|Michael|Giles")
STOPS = split("""station|Station|Central Station|train station|bus station|metro|underground|airport|Airport|ferry terminal|Hauptbahnhof|Hbf|town hall|university|
hospital|market|harbour|port|Cathedral|museum|Opera|stadium|Park|Library|tram stop|city hall|Mall|bus stop|terminal 2|campus""")
FOREIGN = split("""Rue de la Paix|Rue Mouffetard|Rue des Rosiers|Boulevard Voltaire|Quai de Valmy|Place d'Italie|Place Bellecour|Canal Saint-Martin|Hauptstraße|
Bahnhofstrasse|Schillerplatz|Karl-Marx-Allee|Kottbusser Tor|Hermannplatz|Rosenthaler Platz|Marienplatz|Sendlinger Tor|Naschmarkt|Schwedenplatz|
Mariahilfer Straße|Paradeplatz|Helvetiaplatz|Piazza Navona|Piazza Garibaldi|Via Roma|Via dei Mille|Corso Buenos Aires|Porta Venezia|Campo de' Fiori|
Plaza Mayor|Plaza de España|Plaza Nueva|Calle Mayor|Gran Vía|Passeig de Gràcia|La Rambla|Carrer de Sants|Avenida da Liberdade|Praça do Comércio|
Largo do Carmo|Rua do Carmo|Nørreport|Kongens Nytorv|Karl Johans gate|Drottninggatan|Mannerheimintie|Rautatientori|Wenceslas Square|Náměstí Míru|
Nowy Świat|Rynek Główny|Deák Ferenc tér|Blaha Lujza tér|Trg bana Jelačića|Syntagma|Monastiraki|Taksim|Galata Bridge|Tahrir Square|Nevsky Prospekt|
Union Square|Times Square|Bryant Park|Prospect Park|Dolores Park|Golden Gate Park|Pike Place|Fisherman's Wharf|Faneuil Hall|Harvard Square|
Millennium Park|Covent Garden|King's Cross|Victoria Station|Clapham Junction|Liverpool Street|Paddington|Waterloo|Piccadilly Gardens|Temple Meads|
Haymarket|St Stephen's Green|O'Connell Street|Schiphol|Heathrow|Luton|Charles de Gaulle|Fiumicino|Malpensa|Barajas|Tegel|Arlanda|Kastrup|Vantaa|JFK|
LAX|O'Hare|Logan Airport|Narita|Haneda|Changi|Incheon airport|Shinjuku|Ueno Park|Orchard Road|Marina Bay|Nathan Road|Khao San Road|MG Road|
Connaught Place|Table Mountain|Plaza de Armas|Zócalo|Avenida Paulista|Copacabana|Ipanema|Plaza Italia|Circular Quay|Bondi Beach|Federation Square|
Queen Street Mall|Lambton Quay|Mercato Centrale|Les Halles|Grand Place|Place Flagey|Dam Square|Vondelpark|Leidseplein|Museumplein|Centraal Station|
Waterlooplein|Marché d'Aligre|Mercat de Sant Antoni|Mercado Central|Markthalle Neun|Englischer Garten|Tiergarten|Tempelhofer Feld|Stadtpark|Prater|
Letná|Margaret Island|Gellért|Kalemegdan""")
OWN = split("""me|me|my place|my office|home|my hotel|our office|the office|my flat|my street|the kids' school|my parents' house|work|school|my current location|
here|our hotel""")


def near(r: Random) -> str:
    """A place phrase as it follows `near`."""
    way = r.random()
    if way < 0.2:
        return r.choice(CITIES)
    if way < 0.4:
        return r.choice(QUARTERS)
    if way < 0.56:
        return street(r)
    if way < 0.7:
        return r.choice(FOREIGN)
    if way < 0.84:
        return f"{r.choice(CITIES + QUARTERS + ROOTS)} {r.choice(STOPS)}"
    if way < 0.9:
        return f"{r.choice(QUARTERS + FOREIGN + [street(r)])}, {r.choice(CITIES)}"
    if way < 0.93:
        return f"{r.randint(1, 240)} {street(r)}"
    if way < 0.95:
        return (
            f"the corner of {street(r)} and {street(r)}"
            if r.random() < 0.5
            else f"{r.choice(['central', 'downtown', 'north', 'east', 'south', 'old'])} {r.choice(CITIES)}"
        )
    return r.choice(OWN)


def street(r: Random) -> str:
    if r.random() < 0.12:
        return f"St {r.choice(SAINTS)}'s {r.choice(ROADS)}"
    name = f"{r.choice(ROOTS)} {r.choice(ROADS)}"
    return name if name not in TAKEN else "Maple Row"


TAKEN = {"Station Road", "Mill Lane", "Elm Grove", "Queen Street"}


def radius(r: Random) -> str:
    """A distance: `800m`, `3 miles`, `half a kilometre`."""
    way = r.random()
    if way < 0.28:
        return f"{r.choice([100, 150, 200, 250, 300, 350, 400, 450, 500, 600, 700, 750, 800, 900, 1200, 1500])}{r.choice(['m', 'm', ' m', ' metres', ' meters', 'mtrs', ' yards'][:6])}"
    if way < 0.62:
        n = r.choice(["1", "2", "3", "4", "5", "6", "7", "8", "10", "12", "15", "20", "25", "30", "50", "1.5", "2.5", "0.5", "0.8", "3.5"])
        return f"{n}{r.choice(['km', 'km', 'km', ' km', ' km', 'k', ' kilometres', ' kilometers', ' kms', ' kilometer'])}"
    if way < 0.78:
        n = r.choice(["1", "2", "3", "4", "5", "6", "8", "10", "15", "20", "1.5", "0.5", "2.5"])
        return f"{n} {'mile' if n == '1' else 'miles'}" if r.random() < 0.85 else f"{n}mi" if r.random() < 0.5 else f"{n} mi"
    if way < 0.9:
        return f"{r.choice(['two', 'three', 'four', 'five', 'six', 'ten', 'fifteen', 'twenty'])} {r.choice(['miles', 'kilometres', 'kilometers', 'km', 'kms'])}"
    return r.choice(
        [
            "a mile",
            "half a mile",
            "a kilometre",
            "one kilometre",
            "half a kilometre",
            "one mile",
            "a kilometer",
            "a quarter of a mile",
            "a quarter mile",
            "five hundred metres",
            "two hundred metres",
            "eight hundred meters",
            "a mile and a half",
            "one km",
            "a km",
            "a hundred metres",
            "a couple of miles",
        ]
    )


define(city=CITIES, quarter=QUARTERS, near=near, radius=radius, street=street)
