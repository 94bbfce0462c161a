import Testing
import TomEngines

/// What was once read wrong.
@Suite struct SpokenTextRegressionTests {
    private func german(_ text: String) -> String { SpokenText.of(text, language: "de") }
    private func english(_ text: String) -> String { SpokenText.of(text, language: "en") }
    private func british(_ text: String) -> String { SpokenText.of(text, language: "en-GB") }

    @Test func aDateWithALeadingZeroIsNoTelephoneNumber() {
        #expect(english("On 03/04/2026.") == "On March fourth, 2026.")
        #expect(british("On 03/04/2026.") == "On April third, 2026.")
        #expect(german("Am 03/04/2026 um 9 Uhr.") == "Am dritten April 2026 um 9 Uhr.")
        #expect(english("On 05-10-2026 we meet.") == "On May tenth, 2026 we meet.")
        #expect(german("Am 05-10-2026.") == "Am fünften Oktober 2026.")
        #expect(german("Seit 07/2026.") == "Seit Juli 2026.")
        #expect(english("Since 07/2026, at least.") == "Since July 2026, at least.")
    }

    @Test func aNumberToDialThatLooksLikeADateStaysOne() {
        #expect(german("Ihre Kundennummer 05-10-2026.") == "Ihre Kundennummer 0 5, 1 0, 2 0 2 6.")
        #expect(german("Unter 0800/123456.") == "Unter 0 8 0 0, 1 2 3, 4 5 6.")
        #expect(english("The code 07/2026.") == "The code 0 7, 2 0 2 6.")
        #expect(english("Account 20-00-00.") == "Account 20 00 00.")
    }

    @Test func secondsOfATimeAreSaid() {
        #expect(german("Um 14:30:15 geht es los.") == "Um 14 Uhr 30 und 15 Sekunden geht es los.")
        #expect(german("Um 14:30:15 Uhr.") == "Um 14 Uhr 30 und 15 Sekunden.")
        #expect(german("Um 14:00:01.") == "Um 14 Uhr und eine Sekunde.")
        #expect(german("Um 14:30:00.") == "Um 14 Uhr 30.")
        #expect(english("At 14:30:15.") == "At 2 30 p m and 15 seconds.")
        #expect(english("It took 1:23:45.") == "It took 1 23 and 45 seconds.")
        #expect(english("At 9:00:01 am.") == "At 9 a m and 1 second.")
    }

    @Test func anAmountIsNoTelephoneNumber() {
        #expect(german("Das kostet 1500000 €.") == "Das kostet 1500000 Euro.")
        #expect(german("Das kostet 1500000 Euro.") == "Das kostet 1500000 Euro.")
        #expect(english("It is 1500000 km away.") == "It is 1500000 kilometers away.")
        #expect(english("It costs 1500000 pounds.") == "It costs 1500000 pounds.")
        #expect(german("Rufen Sie 1234567 an.") == "Rufen Sie 1 2 3, 4 5 6, 7 an.")
    }

    @Test func aHouseNumberIsNoCurrent() {
        #expect(german("Wir sind in der Hauptstraße 12 A.") == "Wir sind in der Hauptstraße 12 A.")
        #expect(german("Hauptstr. 12 A, Berlin") == "Hauptstraße 12 A, Berlin")
    }

    @Test func aVersionThatEndsASentenceIsNoDate() {
        #expect(german("Das ist Version 2.1.") == "Das ist Version 2 Punkt 1.")
        #expect(german("Es ist die Ausgabe 3.10.") == "Es ist die Ausgabe 3 Punkt 10.")
        #expect(german("Geschlossen ab 3.10.") == "Geschlossen ab dritten Oktober.")
        #expect(german("Geschlossen am Montag, 3.10.") == "Geschlossen am Montag, dritter Oktober.")
        #expect(german("Vom 1.2. bis 3.4.") == "Vom ersten Februar bis dritten April.")
        #expect(german("Am 1.2. oder 3.4.").hasSuffix("April."))
    }

    @Test func anAmountBeforeTheNameOfItsCurrencyIsMoney() {
        #expect(german("Das kostet 12,50 Euro.") == "Das kostet 12 Euro 50.")
        #expect(german("Das kostet 0,99 Euro heute.") == "Das kostet 99 Cent heute.")
        #expect(german("Das kostet 12,00 Dollar.") == "Das kostet 12 Dollar.")
        #expect(german("Das kostet 12,50 US-Dollar.") == "Das kostet 12 US-Dollar 50.")
        #expect(english("It costs 12.50 dollars.") == "It costs 12 dollars and 50 cents.")
        #expect(english("It costs 1.00 euro.") == "It costs 1 euro.")
        #expect(english("With a 50 dollar bill.") == "With a 50 dollar bill.")
        #expect(english("It weighs 2.50 pounds.") == "It weighs 2 point 5 0 pounds.", "which may be a weight")
    }
}
