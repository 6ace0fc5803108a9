namespace EdgeAgent.Cli.Audit;

/// <summary>How the page of evidence looks, on a screen and on paper.</summary>
internal static class EvidenceStyle
{
    /// <summary>The beginning of the page. It loads nothing and runs nothing, and says so to the browser.</summary>
    public const string Head = """
        <!DOCTYPE html>
        <html lang="en"><head><meta charset="utf-8">
        <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
        <title>EdgeAgent: evidence of enforced segmentation</title>
        <style>
        body { font: 14px/1.45 system-ui, sans-serif; color: #1a1a1a; max-width: 72rem; margin: 2rem auto; padding: 0 1rem; }
        h1 { font-size: 1.7rem; } h2 { font-size: 1.25rem; margin-top: 2.2rem; border-bottom: 2px solid #444; } h3 { font-size: 1rem; margin-bottom: .3rem; }
        table { border-collapse: collapse; width: 100%; } th, td { text-align: left; vertical-align: top; padding: .2rem .5rem; border-bottom: 1px solid #ccc; overflow-wrap: anywhere; }
        thead { display: table-header-group; } pre { font-size: 12px; background: #f6f6f6; padding: .5rem; white-space: pre-wrap; overflow-wrap: anywhere; }
        code, .digest { font-family: ui-monospace, monospace; font-size: 12px; overflow-wrap: anywhere; }
        .good { color: #17652b; } .bad { color: #a3211b; font-weight: 600; } .note { color: #555; font-size: 12px; } .added { color: #17652b; } .removed { color: #a3211b; } .same { color: #777; }
        @media print { body { font-size: 10px; margin: 0; max-width: none; } pre, code, .digest { font-size: 8px; } h2 { break-after: avoid; } tr { break-inside: avoid; } a { color: inherit; } }
        </style></head><body>

        """;
}
