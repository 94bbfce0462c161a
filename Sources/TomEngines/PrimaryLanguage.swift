extension String {
    /// The language of a BCP 47 code without region and script: `en` of `en-GB`, in lower case.
    package var primaryLanguage: String { prefix { $0 != "-" && $0 != "_" }.lowercased() }
}
