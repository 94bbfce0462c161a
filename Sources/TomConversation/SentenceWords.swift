/// Words by which the end of a sentence is told from a full stop within it; all in small letters.
struct SentenceWords: Sendable {
    let isGerman: Bool
    /// Abbreviations that something always follows: titles, "z. B.".
    let neverEnd: Set<String>
    /// Abbreviations that often end a sentence: "etc.", "p.m.".
    let mayEnd: Set<String>
    /// Abbreviations that a sentence seldom ends with, though it may: "Str.", "Mio.".
    let seldomEnd: Set<String>
    /// Words that are abbreviations only before a number: "No. 5".
    let beforeDigits: Set<String>
    /// Words after which a number is no ordinal: "Die Antwort ist 42."
    let beforeCardinals: Set<String>
    /// Words that often begin a sentence or clause, and are no names.
    let starters: Set<String>
    /// Days and months.
    let calendar: Set<String>

    /// English for every language but German.
    static func of(_ language: String?) -> SentenceWords {
        language?.lowercased().hasPrefix("de") == true ? german : english
    }

    private static func set(_ words: String) -> Set<String> {
        Set(words.split(whereSeparator: \.isWhitespace).map(String.init))
    }

    private static let german = SentenceWords(
        isGerman: true,
        neverEnd: set(
            """
            dr prof hr fr frl dipl ing med phil jur nr ca z.b d.h u.a v.a i.d.r s.o s.u z.zt i.a i.v m.e bzw ggf evtl
            vgl bzgl inkl zzgl exkl mind sog st hl tel ziff geb gest verh bspw einschl ev kath
            """),
        mayEnd: set("usw etc o.ä o.a u.ä u.v.m u.s.w n.chr v.chr chr uvm a.m p.m"),
        seldomEnd: set(
            """
            str std min max art abs kap mo di mi do sa sek mio mrd tsd stk jan feb febr apr jun jul aug sept sep okt
            nov dez pl og eg mwst bd jh km kg co z.t u.u e.v
            """),
        beforeDigits: [],
        beforeCardinals: set(
            """
            ist sind war waren kostet kosten beträgt lautet sagt nummer nr zimmer raum gleis taste drücken wählen um
            gegen seite kapitel haus straße punkt komma
            """),
        starters: set(
            """
            der die das dem den des ein eine einen einem einer dies diese dieser dieses jede jeder jedes ich du er sie
            es wir ihr ihre ihren ihrem ihrer ihnen mein meine unser unsere unserem unseren kein keine man wer was
            wann wo wie warum wieso welche welcher welches woher wohin und oder aber denn doch sondern also dann
            danach davor dazu dafür damit da dort hier heute gestern jetzt nun nur noch auch ja nein bitte danke gern
            gerne natürlich leider vielleicht falls wenn ob weil dass sobald bis ab am an auf aus bei beim für im in
            mit nach ohne seit über um unter von vom vor zu zum zur möchten möchte können kann könnten könnte soll
            sollen sollte darf dürfen haben hat hätten ist sind war waren wird werden würde würden gibt geht kommt
            rufen sagen nennen geben schauen drücken außerdem allerdings zudem zuerst zunächst anschließend alternativ
            sonst so okay gut guten hallo vielen herzlichen vorher nachher mehr
            """),
        calendar: set(
            """
            montag dienstag mittwoch donnerstag freitag samstag sonnabend sonntag januar februar märz april mai juni
            juli august september oktober november dezember
            """))

    private static let english = SentenceWords(
        isGerman: false,
        neverEnd: set(
            """
            mr mrs ms dr prof rev hon gen col capt lt sgt messrs e.g i.e eg ie vs cf approx dept viz al mme
            mlle
            """),
        mayEnd: set(
            """
            etc a.m p.m inc ltd corp jr sr ave blvd rd b.c a.d ph.d est tel mon tue tues wed thu
            thur thurs fri
            """),
        seldomEnd: set("st mt ft jan feb apr aug sept sep oct nov dec min hr hrs co u.s u.k u.s.a d.c"),
        beforeDigits: set("no nos vol fig art sec ch ext apt p pp ste rm"),
        beforeCardinals: [],
        starters: set(
            """
            the a an this that these those i you he she it we they my your his her its our their who what when where
            why how which and or but so then now today yes no please thank thanks if because although though while as
            at in on for from to with by of after before until since is are was were do does did can could will would
            shall should might must have has had let here there also just only not never sorry sure okay ok all any
            some each every both either perhaps maybe however otherwise once press call ask tell say give
            """),
        calendar: set(
            """
            monday tuesday wednesday thursday friday saturday sunday january february march april may june july august
            september october november december eastern pacific central est edt pst pdt gmt utc cet
            """))
}
