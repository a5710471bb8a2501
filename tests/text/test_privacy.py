import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from listening.text.masks import KINDS, Kind, Masked
from listening.text.privacy import BATCH, Scrubbed, mask_all, scrub, scrub_all

PHONES = [
    "06.39.98.12.44",
    "06 39 98 12 44",
    "0639981244",
    "06-39-98-12-44",
    "06/39/98/12/44",
    "06 399 812 44",
    "06. 39. 98. 12. 44",
    "6 39 98 12 44",
    "+33 6 39 98 12 44",
    "+33(0)639981244",
    "0033 6 39 98 12 44",
    "0033639981244",
    "01 99 00 12 34",
    "02 61 91 12 34",
    "03 53 01 12 34",
    "04 65 71 12 34",
    "05 36 49 12 34",
    "+32 470 12 34 56",
    "0 6 3 9 9 8 1 2 4 4",
    "O6 39 98 12 44",
]
EMAILS = ["jo.perchoux@example.org", "jo+avis@example.co.uk", "jo (at) example.org", "jo[at]example.org", "jo@example"]
EMAILS += ["jo arobase example point org", "jo @ example.com"]
IBANS = ["FR76 3000 6000 0112 3456 7890 189", "FR1420041010050500013M02606", "fr76 3000 6000 0112 3456 7890 188"]
IBANS += ["FR14-2004-1010-0505-0001-3M02-606", "BE71 0961 2345 6769"]
CARDS = ["4111 1111 1111 1111", "5555-5555-5555-4444", "4111111111111111", "3782 822463 10005", "4970 1012 3456 7890"]
NIRS = ["2 55 08 14 168 025 38", "1 84 12 76 451 089 46", "255081416802538", "2 55 08 14 168 025", "2 55 08 2A 168 025"]
ADDRESSES = [
    "14 rue des Tanneurs",
    "14, rue des Tanneurs, 29200",
    "14 bis rue des tanneurs",
    "14B RUE DES TANNEURS",
    "3 rue jean jaurès",
    "25 rue du 8 mai 1945",
    "1 av. Foch",
    "2 impasse de l'Église",
    "12 place de la République",
    "8 cours Mirabeau",
    "3 résidence les acacias",
    "douze rue des Tanneurs",
    "rue des Tanneurs n° 14",
    "Rue du Lac 12, 1201 Genève",
    "Chaussée de Charleroi 112, B-1060 Saint-Gilles",
    "CS 20991, 35044 Rennes Cedex",
    "lieu-dit Kermarrec",
    "Résidence Les Pins, bât B, appt 12",
    "bâtiment C, 3e étage, appartement 12",
    "appartement 12 bâtiment B escalier 3",
    "14 ter bd du Général de Gaulle",
    "res. Les Tilleuls, bat C2 appt 7, 14 av. du 8 mai 1945, 29200 Brest",
    "29200 Brest, 14 rue des Tanneurs",
    "14 rue des Tanneurs 29200 Brest, digicode 41B7, 6e étage",
    "14 de la rue des Tanneurs à Brest 29200",
    "14 chemin du Lavoir, Ravine des Roches, 97432 Saint-Pierre",
    "PK 12, côté mer, servitude Kermarrec, 98718 Punaauia",
    "14 Les Tilleuls, 29200 Brest",
    "12 RN 7, 84700 Sorgues",
    "ferme du Puy Bas, 29200 Brest",
    "n° 14, rue des Tanneurs",
    "14 à 16 rue des Tanneurs",
    "14 rue V. Perchoux, Brest 2e",
    "14 rue du Gal. Perchoux, F-29200 Brest",
    "rue Haute 14 bte 4 à 1000 Bruxelles",
    "Lindenstrasse 14, 8001 Zürich",
    "14, rue des Tanneurs, app. 3, Montréal (Québec) H2J 2L3",
    "vingt-quatre rue des Tanneurs",
    "3l rue dc la Tannerie, 292OO Brest",
]
SIRETS = ["732 829 320 00074", "73282932000074", "732.829.320.00074", "732829320 00074"]
PLATES = ["AB-123-CD", "ab-123-cd", "AD 409 GG", "EH219PB", "1847 XR 63", "12 ABC 2A", "2214-WS-971"]
IPS = ["176.31.0.129", "10.8.0.54", "2001:db8:4a1f:9200::17", "2001:0db8:85a3:0000:0000:8a2e:0370:7334"]
HANDLES = ["lulu_pastel29", "@zoe_29", "@jo.le-gall", "@jo@mastodon.example", "@_lulu.pastel_", "@chouquette-du-91"]
LINKS = [
    "https://example.org/a_(b)?c=1#d",
    "www.example.org/users/5f1c09a7be22",
    "example.org/suivi/123",
    "https://www.example.org/partage/odile-perchoux/photos",
    "https://example.org/?token=x",
    "linkedin.com/in/odile-perchoux",
    "https://tiktok.com/@odile/live",
    "odile-perchoux.over-blog.com",
]
DICTATED = [
    "zéro six trente-neuf quatre-vingt-dix-huit douze quarante",
    "zéro sept, soixante et un, zéro quatre, dix, onze",
]
PERSONAL: dict[Kind, list[str]] = {
    "TÉLÉPHONE": PHONES + DICTATED,
    "E-MAIL": EMAILS,
    "IBAN": IBANS,
    "CARTE": CARDS,
    "NIR": NIRS,
    "SIRET": SIRETS,
    "PLAQUE": PLATES,
    "IP": IPS,
    "PSEUDO": HANDLES,
    "LIEN": LINKS,
    "ADRESSE": ADDRESSES,
}
REFERENCES = [
    ("commande n° ", "48213377"),
    ("commande numéro ", "48 21 33 77"),
    ("Commande N°", "48213377"),
    ("n° client ", "00731945"),
    ("client n° ", "4821"),
    ("numéro de ma commande : ", "48213"),
    ("mon numéro de dossier c'est le ", "12345"),
    ("contrat n° ", "AX45B7"),
    ("dossier ", "SIN 2025 88120"),
    ("sinistre ", "2025/123456"),
    ("suivi ", "LA123456789FR"),
    ("colis ", "8V12345678901"),
    ("ticket #", "458712"),
    ("réf. ", "277838"),
    ("NUMERO ADHERENT ", "277838"),
    ("reference : ", "277838"),
    ("", "SIN-2025-88120"),
    ("", "CMD-48213377"),
    ("", "KB7741902"),
    ("", "kb7741902"),
    ("", "4821337712"),
    ("recommandé ", "1A 204 778 3391 6"),
    ("dossier MDPH ", "D-33-2023-09914"),
    ("dossier ", "24/07-3391"),
    ("bon ", "BC-7714"),
    ("", "A77-20931"),
    ("", "403-8817264-1120938"),
    ("dossier toujours bloqué ", "QX72T9"),
    ("client ", "277838"),
    ("numéro d'allocataire ", "4418207 K"),
    ("colis dpd ", "2500 5698 0620 27"),
    ("carte fid n ", "9250 4291 196 38"),
    ("fact. ", "611 408 225"),
    ("imei : ", "86 410205 337199 4"),
    ("réservation ", "HTL.4637.331"),
    ("dossier SNCF ", "QX7KLM"),
    ("billet ", "QXRTLM"),
    ("mandat SEPA ", "MD7HK20250114-0089"),
    ("prélèvement, RUM ", "NRJ++00744272831X"),
    ("code d'accès ", "A4479B"),
    ("session id ", "8f3ac1d9"),
    ("", "550e8400-e29b-41d4-a716-446655440000"),
    ("", "XN 4471 8820 FR"),
    ("", "IPP 0077 318 204"),
    ("", "DT 033 318 25 00041"),
    ("", "2025/GRC/44107"),
    ("", "25-03117-BRT"),
    ("", "t-4820-33"),
    ("message enregistré sous ", "T25.0417.33182"),
    ("facture N0 ", "2O25-l4821"),
    ("REF. CLlENT ", "OO4 821"),
    ("code famille ", "fam-4821"),
    ("billet ", "qz4tlk"),
    ("numéro client, attendez, je cherche encore un peu, voilà : ", "30 81 74 52"),
    ("dossier, ", "T comme Thomas 4 8 2 1"),
    ("dossier numéro ", "quarante-huit vingt et un trente-trois"),
    ("référence ", "48 - 21 - 33"),
    ("PNR ", "XK7TQP"),
    ("", "REQ#482133"),
]
EXPLAINED = [
    ("REC.2025.03.5871", " comme numéro de réclamation"),
    ("4471188", ", c'est mon numéro client"),
    ("8J00447", " = le n° du colis"),
]
TRAPS = [
    "150 € puis 1 500,50 € et 12000000 euros",
    "commande de 1500 € et facture 12500,50 €",
    "commande 15 000 € en 2024",
    "le 12/03/2026 à 14h30, le 01.02.2026 12 h, le 2026-03-12 10:00",
    "de 2019 à 2024, 2019 2020 2021 2022",
    "contrat 2024-2025, contrat 31 01 2020, ticket 14h30-16h",
    "à 29200 Brest, code postal 29200",
    "iPhone 14 Pro Max 256 Go, RTX 4070, i7-13700K",
    "batterie 5000 mAh, écran 1920x1080, colis 20x30x40",
    "le 3949, le numéro 3949, service client 3949, le 36 31",
    "SAV 7j/7 24h/24, ouvert 24/24 7/7",
    "n°1 de la livraison, la commande n° 2",
    "100000km au compteur, 250 000 km, train 8745",
    "10 20 30 40 50 60 70, 0 1 2 3 4 5 6 7 8 9 10",
    "2 place de parking, 3 cours de yoga, 12 h de route",
    "1 rue sur deux, à 2 rues d'ici",
    "un café @ 5 €, rdv @ 14h, reçus @15h30, l'arobase (@) du clavier",
    "la version 10.4.2.1, le firmware de la box 10.4.2.1, puis la 10.4.2.2",
    "Depuis la mise à jour 17.4.1, note de 4,6/5, il est 12:30:45",
    "https://www.ameli.fr, http://example.org/, www.service-public.fr/contact et impots.gouv.fr",
    "commandé le 12/03/1965, un cadeau de naissance commandé le 12/03/2024, une Nouvelle née en mars",
    "la loi n° 2014-344 du 17 mars 2014, l'article L. 217-4",
    "un vol AF 1240, une 205 GTI, un 125 CC 50 km, norme NF EN 1176",
    "IBAN FR76 3000 1007 9412 3456 7890 186, l'exemple de votre formulaire",
    "le spécimen 1 84 12 76 451 089 47 affiché au guichet",
    "un numéro bidon, 4970 1234 5678 9012, et le site l'accepte",
    "le SIRET d'exemple, 123 456 789 01234, ou la suite 1234 5678 9012 3456",
    "l'article EAN 3560070976478, les yaourts 3250391234567, le numéro de lot 4471X88",
    "la référence 996510 du catalogue",
    "commande : lave-linge WW90T534DAW, facture du vol AF4471, SAV pour une TV OLED55C2X",
    "facture 104.50, livraison 48h/72h, forfait 100Go/200Go, commande de 2x150g",
    "réservation JAMAIS confirmée, dossier REFUSE",
    "le pseudo est déjà pris, mon pseudo : impossible de le changer, sur insta la story du 12",
    "erreur ERR_TIMEOUT_404, le fichier photo_12.jpg, @service client et @tous",
    "étagère 402.873.91 en rupture, norme EN 60335-2-15, la faille CVE-2024-12345",
    "l'article L. 113-15-2 du code des assurances, EAN 3560070976478, pneus 205/55 R16",
    "le 12-mars-2024, le code promo NOEL2024, le code erreur E-104-22",
    "un moteur 110 ch Diesel, 2 all inclusive, un bidon de 20l, Il faut 3 l",
    "2 résidences, une résidence de 12 étages, hall B, porte 12",
    "c'est nul.Vraiment nul et/ou lent, 24h/24.7j/7, #Railis",
]


@pytest.mark.parametrize(("kind", "personal"), [(kind, text) for kind, texts in PERSONAL.items() for text in texts])
def test_scrub_marks_each_kind(kind: str, personal: str) -> None:
    scrubbed = scrub(f"Voici : {personal}, merci de noter.", names=False)
    assert scrubbed == Scrubbed(f"Voici : [{kind}], merci de noter.", {kind: 1})


@pytest.mark.parametrize(("cue", "code"), REFERENCES)
def test_scrub_marks_references_and_keeps_their_cue(cue: str, code: str) -> None:
    assert scrub(f"Mon {cue}{code}, merci", names=False).text == f"Mon {cue}[RÉFÉRENCE], merci"


@pytest.mark.parametrize(("code", "said"), EXPLAINED)
def test_scrub_marks_references_that_are_explained_after(code: str, said: str) -> None:
    assert scrub(f"On m'a donné {code}{said}.", names=False).text == f"On m'a donné [RÉFÉRENCE]{said}."


@pytest.mark.parametrize("text", TRAPS)
def test_scrub_leaves_amounts_dates_and_products(text: str) -> None:
    assert scrub(text) == Scrubbed(text, {})


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("au 14 rue des Tanneurs à Brest", "au [ADRESSE] à Brest"),
        ("au 14 rue des Tanneurs, 29200 Brest", "au [ADRESSE]"),
        ("au 23 quai Kléber\n67000 Strasbourg\nMerci", "au [ADRESSE]\nMerci"),
        ("au 2 rue Haute, 85000 La Roche sur Yon.", "au [ADRESSE]."),
        ("12 rue des lilas 69003 lyon svp", "[ADRESSE] svp"),
        ("12 rue des lilas 69003 avant midi", "[ADRESSE] avant midi"),
        ("ZA des Ormeaux, 9 rue de l'Industrie, 79000 Niort, fermée", "[ADRESSE], fermée"),
        ("5 Grande Rue, bâtiment C, appt 12, 21190 Meursault", "[ADRESSE]"),
        ("résidence Les Lilas, 69003 Lyon", "[ADRESSE]"),
    ],
)
def test_scrub_marks_an_address_with_the_town_of_its_postcode(text: str, masked: str) -> None:
    assert scrub(text, names=False).text == masked


@pytest.mark.parametrize(
    "text",
    [
        "né le <12/03/1965>",
        "Née Perchoux, le <30/09/1944>, à Brest",
        "nés le <24/12/2014>",
        "je suis née le <quatorze juillet mille neuf cent quarante-neuf>, alors",
        "né le <six décembre soixante-dix-huit>, merci",
        "nee le <3 mars 65>",
        "née en <mars 1965>",
        "né le <29 février 1976>, mon contrat date du 12/03/2019",
        "ma date de naissance (<11/11/1975>), puis raccroche",
        "date de naissance : <1965-03-12>",
        "DDN <01.04.1990>",
        "mon âge : <09/09/1999>",
        "le <12/03/1965> (ma date de naissance)",
        "Je suis du <17 mars 1962>, ma femme du <22 mai 1965>",
        "ma date de naissance, le <7/6/99> et pas le <6/7/99>",
        "j'ai fêté mes 60 ans le <12/03/2024>",
        "Une dame de 1938, <04/11/1938> exactement",
        "le billet de ma fille : elle est du <12-03-2011>",
        "mon fils (<12.03.2022> pour sa naissance)",
    ],
)
def test_scrub_marks_dates_of_birth(text: str) -> None:
    pieces = text.replace(">", "<").split("<")
    expected = "".join("[NAISSANCE]" if at % 2 else piece for at, piece in enumerate(pieces))
    assert scrub("".join(pieces), names=False).text == expected


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("la plaque est ev 204 pw", "la plaque est [PLAQUE]"),
        ("ma voiture immatriculée 12 a 75", "ma voiture immatriculée [PLAQUE]"),
        ("ma plaque VD 418 702 floutée", "ma plaque [PLAQUE] floutée"),
        ("le véhicule (M-QX 4810) sale", "le véhicule ([PLAQUE]) sale"),
        ("je suis Marmotte_Ravie ici, et Zaza#4821", "je suis [PSEUDO] ici, et [PSEUDO]"),
        ("livraison : la bergerie 29200 brest", "livraison : [ADRESSE]"),
        ("plaque belge 1-XQT-921 mal lue", "plaque belge [PLAQUE] mal lue"),
        ("mon pseudo sur le forum c'est Lulu-du-77", "mon pseudo sur le forum c'est [PSEUDO]"),
        ("pseudo : marmotte, insta : lulu.pastel", "pseudo : [PSEUDO], insta : [PSEUDO]"),
        ("j'habite 4 quai de la loire", "j'habite [ADRESSE]"),
        ("mon adresse : Kermarrec, 29170 Fouesnant", "mon adresse : [ADRESSE]"),
        ("Contact : jo@example.org (@jo_29)", "Contact : [E-MAIL] ([PSEUDO])"),
        ("[2001:db8:77::ab:1] et 198.51.100.7", "[[IP]] et [IP]"),
        ("SIRET 732 829 320 00074, IP 82.1.2.3:8080", "SIRET [SIRET], IP [IP]:8080"),
    ],
)
def test_scrub_marks_what_its_words_announce(text: str, masked: str) -> None:
    assert scrub(text, names=False).text == masked


NAMED = [
    "Mme <Kerbellec> m'a aidée",
    "mme <kerbellec> ma aidé",
    "MME <KERBELLEC> A ETE TRES BIEN",
    "M. <Petit> du service après-vente",
    "M.<Kerbellec> est passé",
    "M. et Mme <Boulanger>",
    "Madame <de Kersauson>, Monsieur <Le Goff>, mme <le goff>",
    "chez M. <O. Perchoux>",
    "je m'appelle <Solène Guivarc'h> et j'attends",
    "je m'appelle <solène guivarc'h> et j'attends",
    "Nom : <Perchoux> Prénom : <Odile>",
    "un compte au nom de <Jean Dupont>",
    "Un grand merci à <Ewen Langlovec> du SAV",
    "merci <julien> tro bien",
    "MERCI <JULIEN>",
    "Mon conseiller <Julien Kerbellec> rappelle",
    "ma conseillere <Solène Perchoux>",
    "ma conseillère, <Solène>, est top",
    "Cordialement, <Odile Perchoux>",
    "cordialement, <odile perchoux>",
    "Merci de faire vite.\n<Fulbert Anquerolle>",
    "<Jean-Luc Perchoux> est venu, <Marie-Pierre> aussi",
    "<Pierre Kerbellec> est venu",
    "<CAROLINE> J'ai été bien reçue",
    "<PETIT Julien> et <Perchoux Odile>",
    "au guichet <Julien> de Numeris, <Sophie> et <Karim>",
    "<Vincent kerdoncuff> a réglé le souci",
    "Merci à <Youssef>, <Capu>, <Jean-Mi> et la cheffe",
    "Elle s'appelle <Maud>, elle a rendez-vous",
    "Signé : Mme veuve <Chassagnol>",
    "au nom de <Van den Bosch>.",
    "Bonjour, ici <Capucine> de l'association",
    "il a épelé cinq fois : <Szymański>, avec un accent",
    "Née <Wojciechowska>, à Brest",
    "Prénom <Dominique>, je suis un homme",
    "Merci à <Pierre>, <Claire> m'a aidée, servi par <Marie>",
    "Mon fils <Zdislav> et ma tante <Odile>, avec <karim>",
    "sans <hicham> rien ne marche, heureusement que <brigitte> était là",
    "jai eu <sandrinne> au telefone",
    "équipe au top (<sarah>, <mike> et <noémie>)",
    "<victoire> à la billetterie a tout retrouvé",
    "<rose> m'a conseillée",
    "<Jules> a été patient, puis <Honoré> est venu",
    "<Pierre> et <Claire> nous ont bien accueillis",
    "<Désiré>, le chauffeur, a attendu",
    "<Kerbavel> de l'accueil m'a accompagnée",
    "<Kerbavel> a été très souriante",
    "<Kerbavel>, 79 ans, attend encore",
    "le magasinier <Kerbavel> refuse",
    "un <Kevin> m'a répondu",
    "le vendeur s'appelle <marin>",
    "j'ai parlé avec <claire>, merci <marc>",
    "monsieur <boulanger> n'est jamais là, Mme <Avril> non plus, mme <rose> si",
    "Mme <de La Tour> nous a reçus, Mrs <Delmas> et <Okafon> aussi",
    "me <Kerbavel> devait rappeler",
    "<M.-C. Kerbavel> et <Ch. Kerbavel>",
    "Cordialement, <nadia b.>",
    "Signataire : <Kerbavel>",
    "le sieur <Kerbavel> et Monsieur <Juste> n'a rien dit",
    "<Boulanger> il s'appelle votre chef, et <Kerbavel>, comme on l'appelle ici",
    "le policier municipal <Kerbavel>, puis le chef de gare : <Kerbavu>",
    "le chef d'agence <olivier kerbavel> a tout arrangé",
    "J'ai croisé <Blanche> et <Olive> ce matin",
    "<Marcel> d'en face a la fibre",
    "le vendeur sapel <momo>",
    "Ma fi11e <Anne-S0phie> avait tout rempli",
    "les conseillères <Julie> et <Léa>, comme le disait <Alain>",
]
NAMELESS = [
    "Madame la directrice, Monsieur le Maire, Madame, Monsieur",
    "un monsieur malpoli, la madame ma dit non, le monsieur du guichet",
    "Bonjour Madame Je voudrais savoir",
    "je m'appelle pas comme ça, mon nom est mal écrit",
    "merci à toute l'équipe, merci à vous",
    "merci à Railis, merci Brico Sillon, bravo Grandval",
    "le technicien Voltaline, un conseiller Numeris, le vendeur Électro Vauban",
    "cordialement un client déçu",
    "une robe rose bonbon, Rose magnifique, la Marine nationale",
    "rue Victor Hugo, lycée Jean Jaurès, gare Charles de Gaulle, l'île Maurice",
    "Leroy Merlin, Yves Rocher, un sac Louis Vuitton, Mr Bricolage",
    "la maladie d'Alzheimer, la Carte Vitale, le compteur Linky",
    "Oriz a bloqué mon compte. Kolibri dit voyez, chez Colivia non plus",
    "La Marmite Bleue, Mutuelle du Ponant, Banque Sorgue, ELECTRO VAUBAN",
    "Hôtel Calanque à Cassis, puis Montpellier et Saint-Étienne",
    "Appelez moi. Lave linge en panne. Devis lunettes. Très Bon Accueil",
    "j'aurais aimé définir un montant. SERVICE CLIENT NUL",
    "madame jai attendu, monsieur jvous demande, si monsieur désire un café",
    "taille S/M. Description fausse. jreste pr mparlé",
    "le restaurant Chez Marius, une robe chez Mathilde, la boutique",
    "mon chat Félix, le parfum Nina, la tempête Alex, un aspirateur Henry, un Pierrot",
    "fan de Harry Potter, dans Amélie Poulain, le whisky Jack Daniel's, le shampoing Jacques Dessange",
    "Lit bébé Théo, canapé d'angle Romy, robot vocal Sarah, cocotte Marguerite, une Zoé, la Renault Mégane",
    "Céline Dion et Kylian Mbappé, la loi Chatel, le fan #Odile",
    "Noël est passé, Florence est une belle ville, c'est Noël, le pull Parfait",
    "le technicien Enedis, un livreur Chronopost, Darty m'a conseillé",
    "Voltaline m'a facturé deux fois, Numeris nous a laissés",
    "rose ou bleu, une vraie perle, victoire après trois mois, un manuel martial",
    "le service est tout aussi parfait, le sommelier aussi",
    "les rideaux Louise existent en lin, la girafe Sophie, deux lampes Léo, le fauteuil Victor",
    "Jean Perchoux en concert, le spectacle d'Henri Perchoux, une soirée hommage à Johnny",
    "la Clio et la Mégane, le secteur Jean-Perchoux, merci de rectifler",
    "le château de François Ier, le pavillon Louis XIV, l'hôpital Georges-Pompidou, Place Jean-Jaurès",
]


@pytest.mark.parametrize("marked", NAMED)
def test_scrub_marks_persons(marked: str) -> None:
    pieces = marked.replace(">", "<").split("<")
    expected = "".join("[PERSONNE]" if at % 2 else piece for at, piece in enumerate(pieces))
    assert scrub("".join(pieces)).text == expected


@pytest.mark.parametrize("text", NAMELESS)
def test_scrub_leaves_brands_places_and_ordinary_words(text: str) -> None:
    assert scrub(text).text == text


def test_scrub_keeps_the_brands_of_the_user() -> None:
    assert scrub("Bravo Gaston Ledru pour le pain").counts == {"PERSONNE": 1}
    assert scrub("Bravo Gaston Ledru pour le pain", keep=["gaston ledru"]).counts == {}


def test_scrub_can_leave_names() -> None:
    assert scrub("Mme Kerbellec au 06 39 98 12 44", names=False).text == "Mme Kerbellec au [TÉLÉPHONE]"


def test_scrub_all_keeps_order_over_batches() -> None:
    texts = [f"avis {number}, au 06 39 98 12 44" for number in range(2 * BATCH + 3)]
    scrubbed = list(scrub_all(iter(texts), names=False))
    assert [one.text for one in scrubbed] == [f"avis {number}, au [TÉLÉPHONE]" for number in range(2 * BATCH + 3)]


def test_scrub_all_gives_what_scrub_gives() -> None:
    texts = ["", *(text.replace("<", "").replace(">", "") for text in NAMED), *TRAPS]
    assert list(scrub_all(texts)) == [scrub(text) for text in texts]


def test_scrub_all_reads_no_more_than_a_batch_ahead() -> None:
    read: list[int] = []
    texts = (read.append(number) or "bien" for number in range(10 * BATCH))
    next(scrub_all(texts, names=False))
    assert len(read) <= BATCH


PIECES = [*(text for texts in PERSONAL.values() for text in texts), *(cue + code for cue, code in REFERENCES), *TRAPS]
PIECES += [text.replace("<", "").replace(">", "") for text in NAMED] + NAMELESS
PIECES += ["[TÉLÉPHONE]", "[PERSONNE]", "@mention", "M.", "Mme", "n°", "commande", "rue", "Julien", "/", "-", "@"]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=6), st.sampled_from([" ", "", ", ", "\n", "/"]))
def test_scrub_of_a_scrubbed_text_changes_nothing(pieces: list[str], glue: str) -> None:
    once = scrub(glue.join(pieces)).text
    assert scrub(once) == Scrubbed(once, {})


@settings(max_examples=200, deadline=None)
@given(st.text(st.sampled_from("0123456789 .-/+,()@:ABFRabn°€[]"), max_size=40))
def test_scrub_of_scrubbed_numbers_changes_nothing(text: str) -> None:
    once = scrub(text, names=False).text
    assert scrub(once, names=False) == Scrubbed(once, {})


@pytest.mark.parametrize("text", PIECES)
def test_mask_all_gives_the_passages_that_its_markers_replace(text: str) -> None:
    (masked,) = mask_all([text])
    assert Masked(text).mask(masked.masks) == masked


def test_kinds_are_those_of_the_docstring() -> None:
    assert all(f"[{kind}]" in (scrub.__doc__ or "") for kind in KINDS)
