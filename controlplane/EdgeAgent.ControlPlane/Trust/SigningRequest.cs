using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace EdgeAgent.ControlPlane.Trust;

/// <summary>Reads certificate signing requests (PKCS#10). Of what they ask for only the key counts; its owner is proven by the signature.</summary>
internal static class SigningRequest
{
    /// <summary>The key of a request.</summary>
    /// <param name="request">PKCS#10 in DER.</param>
    /// <param name="problem">What is wrong and what was expected, where there is no key.</param>
    public static PublicKey? TryReadKey(byte[] request, out string problem)
    {
        problem = "";
        try
        {
            var key = CertificateRequest.LoadSigningRequest(request, HashAlgorithmName.SHA256, signerSignaturePadding: RSASignaturePadding.Pkcs1).PublicKey;
            if (IsStrong(key))
                return key;
            problem = "a key of an unknown or short kind; expected ECDSA of at least 256 bits or RSA of at least 2048";
        }
        catch (CryptographicException e)
        {
            problem = $"{e.Message}; expected a PKCS#10 request in DER, signed with its own key";
        }

        return null;
    }

    private static bool IsStrong(PublicKey key)
    {
        using var ecdsa = key.GetECDsaPublicKey();
        using var rsa = key.GetRSAPublicKey();
        return ecdsa?.KeySize >= 256 || rsa?.KeySize >= 2048;
    }
}
