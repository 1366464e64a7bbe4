/** Help in a language that these pages do not speak, told in that language. */
export interface Tagline {
  /** BCP 47 tag. */
  language: string
  /** Its own name for itself. */
  name: string
  direction: 'ltr' | 'rtl'
  /** That help is there, and free of charge. */
  attention: string
  /** Whom to call: before somebody signs in, nobody knows which clinic is theirs. */
  call: string
}

/**
 * The fifteen languages that most people in the United States speak who do not speak English well, as a clinic must offer them help in.
 *
 * The languages are those of the sample taglines that the Office for Civil Rights published for section 1557 in 2016, and each first sentence was
 * laid beside its own: they say the same, in words of their own.
 *
 * @see 45 CFR 92.11, notice of availability of language assistance services
 */
export const TAGLINES: readonly Tagline[] = [
  {
    ...{ language: 'es', name: 'Español', direction: 'ltr' },
    attention: 'ATENCIÓN: Si habla español, tiene a su disposición servicios gratuitos de asistencia lingüística.',
    call: 'Llame a su clínica. El número de teléfono está en su tarjeta o en una carta de la clínica.',
  },
  {
    ...{ language: 'zh-Hant', name: '繁體中文', direction: 'ltr' },
    attention: '注意：如果您說中文，我們可以為您提供免費的語言協助服務。',
    call: '請致電您的診所。電話號碼印在您的卡片上，或診所寄給您的信件上。',
  },
  {
    ...{ language: 'vi', name: 'Tiếng Việt', direction: 'ltr' },
    attention: 'CHÚ Ý: Nếu quý vị nói tiếng Việt, quý vị có thể nhận dịch vụ hỗ trợ ngôn ngữ miễn phí.',
    call: 'Hãy gọi cho phòng khám của quý vị. Số điện thoại có trên thẻ của quý vị hoặc trên thư của phòng khám.',
  },
  {
    ...{ language: 'ko', name: '한국어', direction: 'ltr' },
    attention: '주의: 한국어를 사용하시는 경우, 언어 지원 서비스를 무료로 이용하실 수 있습니다.',
    call: '다니시는 병원에 전화하십시오. 전화번호는 카드나 병원에서 보낸 편지에 있습니다.',
  },
  {
    ...{ language: 'tl', name: 'Tagalog', direction: 'ltr' },
    attention: 'PAALALA: Kung nagsasalita ka ng Tagalog, may magagamit kang libreng serbisyo ng tulong sa wika.',
    call: 'Tawagan ang iyong klinika. Ang numero ng telepono ay nasa iyong card o sa sulat mula sa klinika.',
  },
  {
    ...{ language: 'ru', name: 'Русский', direction: 'ltr' },
    attention: 'ВНИМАНИЕ: Если вы говорите по-русски, вам бесплатно доступны услуги языковой помощи.',
    call: 'Позвоните в свою клинику. Номер телефона указан на вашей карточке или в письме из клиники.',
  },
  {
    ...{ language: 'ar', name: 'العربية', direction: 'rtl' },
    attention: 'تنبيه: إذا كنت تتحدث اللغة العربية، فإن خدمات المساعدة اللغوية متاحة لك مجانًا.',
    call: 'اتصل بعيادتك. ستجد رقم الهاتف على بطاقتك أو في رسالة من العيادة.',
  },
  {
    ...{ language: 'ht', name: 'Kreyòl ayisyen', direction: 'ltr' },
    attention: 'ATANSYON: Si ou pale kreyòl ayisyen, gen sèvis èd nan lang ki disponib gratis pou ou.',
    call: 'Rele klinik ou a. Nimewo telefòn nan sou kat ou a oswa sou yon lèt klinik la voye ba ou.',
  },
  {
    ...{ language: 'fr', name: 'Français', direction: 'ltr' },
    attention: 'ATTENTION : Si vous parlez français, des services d’assistance linguistique gratuits sont à votre disposition.',
    call: 'Appelez votre clinique. Le numéro de téléphone se trouve sur votre carte ou sur une lettre de la clinique.',
  },
  {
    ...{ language: 'pl', name: 'Polski', direction: 'ltr' },
    attention: 'UWAGA: Jeśli mówi Pan/Pani po polsku, dostępna jest bezpłatna pomoc językowa.',
    call: 'Proszę zadzwonić do swojej przychodni. Numer telefonu jest na karcie lub w liście z przychodni.',
  },
  {
    ...{ language: 'pt', name: 'Português', direction: 'ltr' },
    attention: 'ATENÇÃO: Se você fala português, há serviços gratuitos de assistência linguística à sua disposição.',
    call: 'Ligue para a sua clínica. O número de telefone está no seu cartão ou em uma carta da clínica.',
  },
  {
    ...{ language: 'it', name: 'Italiano', direction: 'ltr' },
    attention: 'ATTENZIONE: Se parla italiano, sono a Sua disposizione servizi gratuiti di assistenza linguistica.',
    call: 'Chiami la Sua clinica. Il numero di telefono è sulla Sua tessera o su una lettera della clinica.',
  },
  {
    ...{ language: 'de', name: 'Deutsch', direction: 'ltr' },
    attention: 'ACHTUNG: Wenn Sie Deutsch sprechen, steht Ihnen kostenlose sprachliche Hilfe zur Verfügung.',
    call: 'Rufen Sie Ihre Klinik an. Die Telefonnummer steht auf Ihrer Karte oder in einem Brief der Klinik.',
  },
  {
    ...{ language: 'ja', name: '日本語', direction: 'ltr' },
    attention: '注意：日本語を話される方は、無料の言語支援サービスをご利用いただけます。',
    call: 'かかりつけのクリニックにお電話ください。電話番号は、診察券またはクリニックからの手紙に記載されています。',
  },
  {
    ...{ language: 'fa', name: 'فارسی', direction: 'rtl' },
    attention: 'توجه: اگر به زبان فارسی صحبت می‌کنید، خدمات کمک زبانی به‌صورت رایگان در اختیار شما است.',
    call: 'با کلینیک خود تماس بگیرید. شماره تلفن روی کارت شما یا در نامه‌ای از کلینیک نوشته شده است.',
  },
]
