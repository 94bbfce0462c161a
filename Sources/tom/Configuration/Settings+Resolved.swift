extension Settings {
    /// Gives the resolved values their types and checks what no value can be checked for alone.
    /// - Throws: `SettingsError` with every problem and every conflict.
    init(_ resolved: ResolvedSettings) throws(SettingsError) {
        var problems = resolved.problems
        listening = Listening(resolved, &problems)
        admission = Admission(resolved, &problems)
        engines = Engines(resolved, &problems)
        tools = Tools(resolved)
        conversation = Conversation(resolved, &problems)
        limits = Limits(resolved)
        files = Files(
            dataDir: Self.path(resolved.text(.dataDir) ?? "data"),
            journalDir: resolved.text(.journalDir).map(Self.path),
            modelsDir: resolved.modelsDirectory,
            ownKeysFile: resolved.text(.keysFile).map(Self.path),
            costLog: resolved.text(.costLog).map(Self.path), pricesFile: resolved.text(.pricesFile).map(Self.path))
        logs = Logs(
            level: resolved.text(.logLevel) ?? "info",
            format: resolved.text(.logFormat).flatMap(Logs.Format.init(rawValue:)))
        warnings = resolved.warnings
        let asksForKeys = admission.hasKeys || resolved.text(.keysFile) != nil
        if !listening.isLoopback, !asksForKeys, !admission.allowsMissingToken {
            problems.append(
                SettingProblem(
                    key: SettingKey.host.name, source: resolved[.host].source,
                    reason: "“\(listening.host)” can be reached from other machines, and no token would be asked for",
                    fix: "Set JWT_SECRET (`openssl rand -base64 32`), JWT_JWKS_FILE or KEYS_FILE (`tom keys add`), or "
                        + "listen on 127.0.0.1."))
        }
        guard problems.isEmpty else { throw SettingsError(problems: problems) }
        unasked = resolved.unasked
        warnings += concerns + unasked.map(\.description)
    }

    /// `path` with a leading `~/` replaced by the home directory.
    static func path(_ path: String) -> String {
        guard path.hasPrefix("~/"), let home = HomeDirectory.path else { return path }
        return home + path.dropFirst(1)
    }

    private var concerns: [String] {
        var concerns: [String] = []
        if let secret = admission.secret, secret.value.utf8.count < 32 {
            concerns.append(
                "JWT_SECRET is shorter than the 32 bytes that RFC 7518 section 3.2 asks for; "
                    + "make one with `openssl rand -base64 32`")
        }
        if admission.allowsMissingToken, !listening.isLoopback {
            concerns.append("DEV_ALLOW_NO_JWT lets anybody who reaches \(listening.host) call; it is for development")
        }
        if !listening.isLoopback, listening.tls == nil {
            concerns.append(
                "without TLS_CERTIFICATE_FILE browsers on other machines get no microphone and tokens travel in clear, "
                    + "unless a proxy in front adds TLS")
        }
        return concerns
    }
}

extension Settings.Listening {
    fileprivate init(_ resolved: ResolvedSettings, _ problems: inout [SettingProblem]) {
        host = resolved.text(.host) ?? "127.0.0.1"
        port = resolved.integer(.port)
        eventLoops = resolved.optionalInteger(.eventLoops)
        drainTimeout = .seconds(resolved.integer(.drainTimeoutSeconds))
        switch (resolved.text(.tlsCertificateFile), resolved.text(.tlsKeyFile)) {
        case (let certificate?, let key?):
            tls = Settings.TLSFiles(certificate: Settings.path(certificate), key: Settings.path(key))
        case (nil, nil):
            tls = nil
        case (let certificate, _):
            tls = nil
            let (present, missing): (SettingKey, SettingKey) =
                certificate == nil ? (.tlsKeyFile, .tlsCertificateFile) : (.tlsCertificateFile, .tlsKeyFile)
            problems.append(
                SettingProblem(
                    key: missing.name, source: resolved[missing].source,
                    reason: "\(present.name) is set and \(missing.name) is not", fix: "Set both, or neither."))
        }
    }
}

extension Settings.Admission {
    fileprivate init(_ resolved: ResolvedSettings, _ problems: inout [SettingProblem]) {
        if resolved.text(.jwtSecret) != nil, resolved.text(.jwtJWKSFile) != nil {
            problems.append(
                SettingProblem(
                    key: SettingKey.jwtJWKSFile.name, source: resolved[.jwtJWKSFile].source,
                    reason: "JWT_SECRET is set too, and tokens are checked with one or the other",
                    fix: "Remove one of the two."))
        }
        allowsMissingToken = resolved.boolean(.devAllowNoJWT)
        secret = resolved.text(.jwtSecret).map(Secret.init(value:))
        jwksFile = resolved.text(.jwtJWKSFile).map(Settings.path)
        issuer = resolved.text(.jwtIssuer)
        audience = resolved.text(.jwtAudience)
        maxTokenLifetime = .seconds(resolved.integer(.jwtMaxTTLSeconds))
        endsCallWithToken = resolved.boolean(.jwtEndsCall)
        origins = resolved.list(.originAllowlist)
        addresses = resolved.list(.addressAllowlist)
    }
}

extension Settings.Conversation {
    fileprivate init(_ resolved: ResolvedSettings, _ problems: inout [SettingProblem]) {
        let (minimum, maximum) = (resolved.integer(.endpointingMinDelayMs), resolved.integer(.endpointingMaxDelayMs))
        if maximum < minimum {
            problems.append(
                SettingProblem(
                    key: SettingKey.endpointingMaxDelayMs.name, source: resolved[.endpointingMaxDelayMs].source,
                    reason: "“\(maximum)” is below ENDPOINTING_MIN_DELAY_MS, which is \(minimum)",
                    fix: "Use \(minimum) or more."))
        }
        agentFile = resolved.text(.agentFile).map(Settings.path)
        greets = resolved.boolean(.agentGreeting)
        endpointingMinDelay = .milliseconds(minimum)
        endpointingMaxDelay = .milliseconds(maximum)
        interruptionMinSpeech = .milliseconds(resolved.integer(.interruptionMinSpeechMs))
        falseInterruptionMaxSpeech = Self.unlessZero(resolved.integer(.falseInterruptionMaxSpeechMs))
        idlePromptAfter = Self.unlessZero(resolved.integer(.idlePromptAfterMs))
        idlePrompts = resolved.integer(.idlePrompts)
        speculationStable =
            resolved.boolean(.speculation) ? .milliseconds(resolved.integer(.speculationStableMs)) : nil
        fillerAfter = Self.unlessZero(resolved.integer(.fillerAfterMs))
    }

    private static func unlessZero(_ milliseconds: Int) -> Duration? {
        milliseconds == 0 ? nil : .milliseconds(milliseconds)
    }
}

extension Settings.Limits {
    fileprivate init(_ resolved: ResolvedSettings) {
        func limit(_ key: SettingKey) -> Int? {
            let number = resolved.integer(key)
            return number == 0 ? nil : number
        }
        maxAudioRequests = resolved.integer(.maxAudioRequests)
        maxCalls = resolved.integer(.maxCalls)
        messagesPerSecond = limit(.rateLimitMessages)
        bytesPerSecond = limit(.rateLimitBytes)
        connectionsPerMinute = limit(.rateLimitConnections)
        maxMessageBytes = resolved.integer(.maxMessageBytes)
    }
}
