/**
 * Passphrases of eight characters and more that those who guess try first: what people choose most often, in English and Spanish, the
 * rows of the keyboard, and words that lie near in a clinic. In lower case, without spaces.
 */
export const COMMON_PASSPHRASES: ReadonlySet<string> = new Set(
  `
  !@#$%^&* !qaz2wsx !qaz@wsx 00000000 0000000000 01234567 0123456789 0987654321 10203040 102030405 11111111 1111111111
  111222333 11223344 1122334455 112233445566 12121212 123123123 12341234 12344321 1234512345 12345678 123456789 1234567890
  1234567891 12345678910 123456789123 123456789a 12345678a 1234567a 1234567q 1234qwer 123654789 123987456 12qwaszx 13579246
  147258369 159357159 159753159 1a2b3c4d 1q2w3e4r 1q2w3e4r5t 1qaz!qaz 1qaz2wsx 1qaz2wsx3edc 1qwertyui 22222222 321654987
  456789123 4rfv5tgb 55555555 66666666 741852963 77777777 789456123 7ujm8ik9 87654321 88888888 963852741 987654321 99999999
  a1234567 a12345678 a123456789 a1b2c3d4 a1b2c3d4e5 aa123456 aa12345678 aaaaaaaa abc12345 abc123456 abcd1234 abcdefg1
  abcdefgh access123 access14 admin123 admin1234 adminadmin administrator airforce alabama1 alejandra alejandro alejandro1
  alexander alexander1 alexandra alligator amanda123 amazing1 ambulance america1 american1 angel123 angelica angelina
  anybody1 anything apple123 argentina arizona1 arsenal1 asd12345 asdasdasd asdf1234 asdfasdf asdfghjk asdfghjkl ashley123
  assassin autumn123 autumn2025 autumn2026 awesome1 awesome123 babyboy1 babygirl babygirl1 badboy12 badgirl1 barbie123
  barcelona barcelona1 baseball baseball1 baseball12 basketball batman123 batterystaple beatles1 beautiful beautiful1
  benjamin benjamin1 bicycle1 bienvenido birthday birthday1 blackcat blackjack blessed1 blessing blink182 blizzard blueberry
  bluebird blueblue bluesky1 bonita12 bonita123 broncos1 brooklyn brother1 budweiser business business1 buttercup butterfly
  butterfly1 butterfly2 cadillac california callofduty carolina carolina1 celebrate celtics1 champion champion1 changeit
  changeme changeme1 charlie1 charlotte cheerleader cheesecake cheetah1 chelsea1 chelseafc chester1 chevrolet chicago1
  children chiquita chocolate chocolate1 chocolate2 christian christina christmas christmas1 christopher cinderella cinnamon
  clinic12 clinic123 clinica1 cocacola coffee12 college1 colombia colorado company1 company123 computadora computer
  computer1 contrasena contrasena1 contrasena123 contraseña contraseña1 cookie123 cool1234 corazon1 corazoncito correcthorse
  correcthorsebatterystaple corvette counterstrike cowboys1 cristian1 cristina1 crocodile cupcake1 cutiepie daddy123
  dancing1 danielle danielle1 daughter daughters december default1 dentist1 diamond1 diamonds1 diosesamor director doctor12
  doctor123 dolphin1 dolphins dominicana dominique donaldduck dragon12 dragon123 dragonball eagles12 elephant elizabeth
  elizabeth1 elsalvador emerald1 emergency engineer españa123 estrella estrellita everyone excellent facebook facebook1
  faithful familia1 familia123 family12 family123 fantastic father12 february fernanda fernando ferrari1 firefly1 fishing1
  florida1 football football1 football12 forever1 forever21 fortnite francisco freedom1 freedom123 friday123 gabriel1
  gabriela garfield georgia1 godisgood golden12 goldfish golfer12 goodbye1 goodluck google123 gorgeous grace123 graduate
  grandma1 grandmother grandpa1 grasshopper greenday greenday1 guadalupe guatemala guest123 gymnastics halloween hamburger
  handsome happiness happy123 happybirthday harley12 hawaii50 health12 health123 healthcare heavenly heineken hello123
  hello1234 hellohello hellokitty helloworld hockey12 hola1234 holahola holiday1 homework honduras honeybee honeybun
  hospital hospital1 hospital123 houston1 hunting1 hurricane icecream ilovegod iloveher ilovehim ilovejesus iloveyou
  iloveyou! iloveyou1 iloveyou2 iloveyouso instagram insurance internet internet1 isabella isabella1 jackdaniels january1
  jasmine1 jennifer jennifer1 jessica1 jesucristo jesus123 jesuschrist jonathan jonathan1 jordan23 juventus kangaroo
  katherine kimberly ladybug1 lakers24 lawrence leopard1 letmein1 letmein123 letmeinnow letmeinplease liberty1 lightning
  linkedin liverpool liverpool1 login123 loginlogin london12 london123 loremipsum loremipsumdolor lovebug1 lovelove
  loveme123 loveyou1 loveyou2 manager1 manchester manunited margaret marines1 mariposa marlboro master12 master123 maverick
  maxwell1 maytheforcebewithyou medicaid medical1 medical123 medicare medicine medicine1 melissa1 mercedes merrychristmas
  metallica mexico12 mexico123 miamor123 michelle michelle1 michigan mickey12 mickeymouse microsoft midnight midnight1
  military millionaire minecraft minecraft1 minnie12 mivida12 mommy123 monday123 monkey12 monkey123 montana1 moonlight
  mother12 motorcycle mountain mountaindew mountains mustang1 mylove12 mypass123 mypassword myspace1 naruto123 nathaniel
  newpassword newyear1 newyork1 newyorkcity nicaragua nicholas nicholas1 nirvana1 nopassword nothing1 nothing123 november
  nurse123 nursing1 oldpassword onceuponatime opensesame orange12 orange123 p@ssw0rd p@ssword pa$$w0rd pa$$word packers1
  panther1 pass1234 pass12345 passpass passpasspass passphrase passw0rd password password! password1 password12 password123
  password1234 password2024 password2025 password2026 passwort patient1 patient123 patients patricia patrick1 patriot1
  patriots peanut12 peanutbutter penguin1 pepsicola perfect1 pharmacist pharmacy phoenix1 pikachu1 pineapple pinkfloyd
  pizza123 platinum playboy1 pokemon1 pokemon123 porsche1 prayer12 precious precious1 princesa princesa1 princess princess1
  puertorico purple12 purple123 q1w2e3r4 q1w2e3r4t5 qazwsxedc qq123456 quickbrownfox qwe12345 qweqweqwe qwer1234 qwerty12
  qwerty123 qwerty1234 qwerty12345 qwertyqwerty qwertyui qwertyuiop raiders1 rainbow1 rainbows raindrop raspberry realmadrid
  rebecca1 redbull1 redredred redskins redsox12 redwings republica richard1 riverside robert12 roberto1 roberto12 roblox123
  rockandroll rockstar rockyou1 root1234 rootroot running1 samantha samantha1 samsung1 samsung123 santiago santiago1
  sapphire sayhello school12 scorpion seaside1 sebastian sebastian1 secret12 secret123 security seguridad september shadow12
  shadow123 silver12 sister12 skateboard slipknot snoopy12 snowball snowboard snowflake soccer10 soccer12 soccer123 softball
  soldier1 somebody something spaghetti spiderman spring123 spring2024 spring2025 spring2026 startrek starwars steelers
  stephanie stephen1 strawberry student1 success1 success123 sugarbaby summer12 summer123 summer2024 summer2025 summer2026
  sunday12 sunflower sunshine sunshine1 superman superman1 surgeon1 sweetheart sweetness sweetpea swimming teacher1
  teacher12 teamo123 teamomucho teddybear teddybear1 temp1234 temporary tennis12 tequiero tequiero1 tequila1 test1234
  testing1 testing123 testtest texas123 thanksgiving theodore thepassword thequickbrownfox therapist thispassword thomas123
  thunder1 tiger123 tigger12 timothy1 tinkerbell tobeornottobe tornado1 tortoise trustno1 trustnoone university usa12345
  valentina valentine venezuela veronica veronica1 veterans victoria victoria1 virginia1 volleyball warriors watermelon
  weekend1 welcome1 welcome123 welcome2 welcome2024 welcome2025 welcome2026 whatever whatever1 whatsapp whitecat william1
  windows1 winner12 winner123 winniethepooh winter12 winter123 winter2024 winter2025 winter2026 wonderful xsw21qaz yamaha12
  yankees1 yellow12 yellow123 youtube1 zaq12wsx zaq1xsw2 zaq1zaq1 zxcvbnm1 zxcvbnm123 zxczxczxc zz123456
`
    .trim()
    .split(/\s+/),
)
